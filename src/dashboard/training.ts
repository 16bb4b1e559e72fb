/** The row of the training job: what it left in Pushgateway when it last ran. */
import type { Row } from './board.ts'
import { timeSeries } from './panel.ts'
import { table } from './table.ts'

const trained = (what: string) => `max by (model_name) (model_training_${what}{model_name=~"$model"})`

export const trainingRow: Row = {
  title: 'Training',
  panels: [
    table(
      {
        title: 'Last training',
        description:
          'Accuracy is on examples held out of the training. What was trained long ago has not seen what came since.',
        unit: 'short',
        width: 12,
        queries: [
          { expr: trained('accuracy'), legend: 'accuracy' },
          { expr: trained('duration_seconds'), legend: 'duration' },
          { expr: `time() - ${trained('last_success_timestamp_seconds')}`, legend: 'age' },
        ],
      },
      {
        labels: { model_name: 'Model' },
        values: [
          { head: 'Accuracy', unit: 'percentunit' },
          { head: 'Duration', unit: 's' },
          { head: 'Age', unit: 's' },
        ],
      },
    ),
    timeSeries({
      title: 'Accuracy lost since training',
      description:
        'Accuracy in training less that of the latest labelled predictions. If it grows, the world has changed: train again.',
      unit: 'percentunit',
      width: 12,
      queries: [
        {
          expr: `${trained('accuracy')} - on (model_name) label_replace(max by (model) (model_accuracy), "model_name", "$1", "model", "(.*)")`,
          legend: '{{model_name}}',
        },
      ],
    }),
  ],
}
