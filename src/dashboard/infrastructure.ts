/** What everything runs on: processor, memory, disk and network of each node, and the state of what is scraped. */
import { firingTable } from './alerts.ts'
import { board, type Row } from './board.ts'
import { stat, stateTimeline, timeSeries } from './panel.ts'
import { share } from './promql.ts'
import { upStates } from './state.ts'
import { labelVariable } from './variable.ts'

const node = 'job="node-exporter", instance=~"$instance"'
/** Without what lives in memory, cannot be written to, or is a view of another file system. */
const disks = `${node}, fstype!~"tmpfs|ramfs|devtmpfs|squashfs|overlay|iso9660|erofs"`
const perNode = (metric: string, selector: string) =>
  `sum by (instance) (rate(${metric}{${selector}}[$__rate_interval]))`

const busy = `1 - avg by (instance) (rate(node_cpu_seconds_total{${node}, mode="idle"}[$__rate_interval]))`
const memoryUsed = `1 - node_memory_MemAvailable_bytes{${node}} / node_memory_MemTotal_bytes{${node}}`
const free = `node_filesystem_avail_bytes{${disks}} / (node_filesystem_size_bytes{${disks}} > 0)`

export const infrastructure = () =>
  board({
    uid: 'infrastructure',
    title: 'Infrastructure',
    description: 'Nodes, and whether everything on them can be reached.',
    about: 'service=~".+"',
    variables: [labelVariable('instance', { title: 'Node', label: 'instance', series: 'node_uname_info' })],
    rows: [now, processorAndMemory, disk, network, services, prometheus],
  })

const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Processor in use',
      description: 'The busiest node. Above the limit for minutes, work waits.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: `max(${busy})`, legend: 'busy' }],
      alerts: ['HostHighCpu'],
    }),
    stat({
      title: 'Memory in use',
      description: 'The fullest node; what the kernel can give back at once counts as free.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: `max(${memoryUsed})`, legend: 'used' }],
      alerts: ['HostHighMemory'],
    }),
    stat({
      title: 'Least disk space',
      description: 'Free share of the fullest file system.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: `min(${free})`, legend: 'free' }],
      alerts: ['HostLowDisk'],
    }),
    stat({
      title: 'Load per processor',
      description: 'Processes that run or wait, over 5 minutes. Above 1 there are more of them than processors.',
      unit: 'short',
      width: 4,
      decimals: 2,
      queries: [
        {
          expr: `max(node_load5{${node}} / on (instance) count by (instance) (node_cpu_seconds_total{${node}, mode="idle"}))`,
          legend: 'load',
        },
      ],
    }),
    stat({
      title: 'Targets down',
      description: 'Of all that Prometheus scrapes. The timeline below says which.',
      unit: 'short',
      width: 4,
      queries: [{ expr: 'count(up == 0) or vector(0)', legend: 'down' }],
      seeAlso: ['ServiceDown'],
    }),
    stat({
      title: 'Uptime',
      description: 'Since the node that started last did.',
      unit: 's',
      width: 4,
      decimals: 1,
      queries: [{ expr: `min(time() - node_boot_time_seconds{${node}})`, legend: 'uptime' }],
    }),
  ],
}

const processorAndMemory: Row = {
  title: 'Processor and memory',
  panels: [
    timeSeries({
      title: 'Processor by node',
      description: 'Share of all processors of the node that is not idle.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      max: 1,
      queries: [{ expr: busy, legend: '{{instance}}' }],
      alerts: ['HostHighCpu'],
    }),
    timeSeries(
      {
        title: 'Processor by what it does',
        description: 'iowait is a slow disk, steal a host that gives its processors to others.',
        unit: 'percentunit',
        width: 8,
        min: 0,
        queries: [
          {
            expr: `avg by (mode) (rate(node_cpu_seconds_total{${node}, mode!="idle"}[$__rate_interval]))`,
            legend: '{{mode}}',
          },
        ],
      },
      { stacked: true },
    ),
    timeSeries({
      title: 'Memory by node',
      description: 'Share in use; what the kernel can give back at once counts as free.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      max: 1,
      queries: [{ expr: memoryUsed, legend: '{{instance}}' }],
      alerts: ['HostHighMemory'],
    }),
  ],
}

const disk: Row = {
  title: 'Disk',
  panels: [
    timeSeries({
      title: 'Free space',
      description: 'Of each file system. Where the line falls towards the limit, there is time to act.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      max: 1,
      queries: [{ expr: `min by (instance, mountpoint) (${free})`, legend: '{{instance}} {{mountpoint}}' }],
      alerts: ['HostLowDisk'],
    }),
    timeSeries({
      title: 'Disk throughput',
      description: 'Bytes read from and written to all disks of a node.',
      unit: 'Bps',
      width: 8,
      queries: [
        { expr: perNode('node_disk_read_bytes_total', node), legend: '{{instance}} read' },
        { expr: perNode('node_disk_written_bytes_total', node), legend: '{{instance}} written' },
      ],
    }),
    timeSeries({
      title: 'Disk busy',
      description: 'Share of the time in which a disk had something to do; at 100 % requests wait.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [
        {
          expr: `max by (instance, device) (rate(node_disk_io_time_seconds_total{${node}}[$__rate_interval]))`,
          legend: '{{instance}} {{device}}',
        },
      ],
    }),
  ],
}

const outside = `${node}, device!~"lo|veth.*"`

const network: Row = {
  title: 'Network',
  panels: [
    timeSeries({
      title: 'Network throughput',
      description: 'Without loopback and the inner ends of containers, which would count a packet twice.',
      unit: 'Bps',
      width: 16,
      min: 0,
      queries: [
        { expr: perNode('node_network_receive_bytes_total', outside), legend: '{{instance}} received' },
        { expr: perNode('node_network_transmit_bytes_total', outside), legend: '{{instance}} sent' },
      ],
    }),
    timeSeries({
      title: 'Network errors',
      description: 'Packets that were damaged or dropped; anything above 0 for long is worth a look.',
      unit: 'pps',
      width: 8,
      min: 0,
      queries: [
        {
          expr: ['receive_errs', 'receive_drop', 'transmit_errs', 'transmit_drop']
            .map((what) => perNode(`node_network_${what}_total`, outside))
            .join(' + '),
          legend: '{{instance}}',
        },
      ],
    }),
  ],
}

const services: Row = {
  title: 'Services',
  panels: [
    stateTimeline({
      title: 'Reached by Prometheus',
      description: 'A gap of one target is that target; of all at once it is Prometheus itself, or the network.',
      unit: 'short',
      width: 12,
      queries: [{ expr: 'min by (service, instance) (up)', legend: '{{service}} {{instance}}' }],
      mappings: upStates,
      seeAlso: ['ServiceDown', 'ModelServerDown', 'APIDown', 'AlertRouterDown'],
    }),
    timeSeries({
      title: 'Memory of its limit',
      description: 'Resident memory of our services as a share of what they may have. Beyond 100 % they are killed.',
      unit: 'percentunit',
      width: 12,
      min: 0,
      queries: [
        {
          expr: 'max by (service, instance) (process_resident_memory_bytes / process_memory_limit_bytes)',
          legend: '{{service}} {{instance}}',
        },
      ],
      alerts: ['HighMemoryUsage'],
    }),
  ],
}

const prometheus: Row = {
  title: 'Prometheus and its alerts',
  panels: [
    timeSeries({
      title: 'Samples taken in',
      description: 'Falls when targets are gone, and jumps when a label has many values.',
      unit: 'short',
      width: 6,
      height: 6,
      min: 0,
      queries: [
        { expr: 'sum(rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))', legend: 'samples/s' },
      ],
    }),
    timeSeries({
      title: 'Alerts not handed over',
      description: 'Share of the alerts that Prometheus could not give to Alertmanager: nobody hears of those.',
      unit: 'percentunit',
      width: 6,
      height: 6,
      min: 0,
      queries: [
        {
          expr: share(
            'sum(rate(prometheus_notifications_errors_total[$__rate_interval]))',
            'sum(rate(prometheus_notifications_sent_total[$__rate_interval]))',
          ),
          legend: 'not handed over',
        },
      ],
    }),
    firingTable({ service: '.*', width: 12 }),
  ],
}
