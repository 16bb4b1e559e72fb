/** The models: how good they are on what they did not learn from, that training repeats, and what each kind can learn. */
import { describe, expect, it } from 'vitest'
import { inventCustomers, type KnownCustomer } from '../../src/model-server/churn/customers.ts'
import { trainChurn } from '../../src/model-server/churn/model.ts'
import { irisClasses, readFlowers } from '../../src/model-server/iris/flowers.ts'
import { trainIris } from '../../src/model-server/iris/model.ts'
import { accuracy, type Example, likeliest, split } from '../../src/model-server/learning/example.ts'
import { growForest } from '../../src/model-server/learning/forest.ts'
import { trainSoftmaxRegression } from '../../src/model-server/learning/softmax-regression.ts'
import { growTree } from '../../src/model-server/learning/tree.ts'
import { seededRandom } from '../../src/model-server/random.ts'

describe('the iris model', () => {
  const { model, heldOut } = trainIris()

  it('names 43 of the 45 flowers held out', () => {
    expect(heldOut).toHaveLength(45)
    expect(accuracy(model.classify, heldOut)).toBeCloseTo(43 / 45, 10)
    expect(43 / 45).toBeGreaterThan(0.93)
  })

  it('is the same each time it is trained', () => {
    const again = trainIris()
    expect(again.heldOut).toEqual(heldOut)
    for (const { row } of heldOut) expect(again.model.classify(row)).toEqual(model.classify(row))
  })

  it('answers probabilities that add up to 1, also for flowers that cannot be', () => {
    for (const length of [0, 1e-300, 100, 1e308]) {
      const probabilities = model.classify([length, length, length, length])
      expect(probabilities.every((probability) => probability >= 0 && probability <= 1)).toBe(true)
      expect(probabilities.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 10)
    }
  })

  it('knows 50 flowers of each species, with the means that R prints', () => {
    const flowers = readFlowers()
    for (const name of irisClasses) expect(flowers.filter(({ species }) => species === name)).toHaveLength(50)
    const means = [0, 1, 2, 3].map((n) => flowers.reduce((sum, { features }) => sum + (features[n] as number), 0) / 150)
    expect(means.map((mean) => mean.toFixed(3))).toEqual(['5.843', '3.057', '3.758', '1.199'])
  })
})

describe('the churn models', () => {
  const [v1, v2] = trainChurn()

  it('are right for 908 and 952 of 1,000 customers held out: v2 is the better one', () => {
    expect(v1.heldOut).toHaveLength(1_000)
    expect(accuracy(v1.model.classify, v1.heldOut)).toBeCloseTo(0.908, 10)
    expect(accuracy(v2.model.classify, v2.heldOut)).toBeCloseTo(0.952, 10)
  })

  it('are far better than to say that everybody stays', () => {
    expect(accuracy(() => [1, 0], v1.heldOut)).toBeLessThan(0.7)
  })

  it('are the same each time they are trained', () => {
    const [again1, again2] = trainChurn()
    for (const { row } of v1.heldOut) expect(again1.model.classify(row)).toEqual(v1.model.classify(row))
    for (const { row } of v2.heldOut) expect(again2.model.classify(row)).toEqual(v2.model.classify(row))
  })
})

describe('invented customers', () => {
  const customers = inventCustomers(5_000, seededRandom(77))
  const leaving = (which: (customer: KnownCustomer['customer']) => boolean) => {
    const some = customers.filter(({ customer }) => which(customer))
    return some.filter(({ churned }) => churned).length / some.length
  }

  it('leave for the reasons that the generator states', () => {
    expect(leaving(({ Contract }) => Contract === 'Month-to-month')).toBeGreaterThan(0.5)
    expect(leaving(({ Contract }) => Contract === 'Two year')).toBeLessThan(0.02)
    expect(leaving(({ tenure }) => tenure <= 12)).toBeGreaterThan(2 * leaving(({ tenure }) => tenure > 36))
    expect(leaving(({ gender }) => gender === 'Male')).toBeCloseTo(
      leaving(({ gender }) => gender === 'Female'),
      1,
    )
  })

  it('have bills that fit what they bought', () => {
    for (const { customer } of customers) {
      expect(customer.MonthlyCharges).toBeGreaterThanOrEqual(18)
      expect(customer.TotalCharges / (customer.tenure * customer.MonthlyCharges)).toBeCloseTo(1, 0)
      expect(customer.OnlineSecurity === 'No internet service').toBe(customer.InternetService === 'No')
      expect(customer.MultipleLines === 'No phone service').toBe(customer.PhoneService === 'No')
    }
  })

  it('are the same for the same seed only', () => {
    expect(inventCustomers(3, seededRandom(5))).toEqual(inventCustomers(3, seededRandom(5)))
    expect(inventCustomers(3, seededRandom(5))).not.toEqual(inventCustomers(3, seededRandom(6)))
  })
})

describe('what each kind of model can learn', () => {
  const random = seededRandom(3)
  const points = Array.from({ length: 400 }, () => [random() - 0.5, random() - 0.5] as const)
  const slope: Example[] = points.map(([x, y]) => ({ row: [x, y], label: x + y > 0 ? 1 : 0 }))
  // True where exactly one of both is positive: no weighted sum can tell.
  const either: Example[] = points.map(([x, y]) => ({ row: [x, y], label: x > 0 !== y > 0 ? 1 : 0 }))
  const growth = { depth: 6, smallestLeaf: 2, columnsPerSplit: 2 }
  const regression = (examples: Example[]) =>
    accuracy(trainSoftmaxRegression(examples, 2, { rounds: 300, rate: 0.5, decay: 0 }), examples)

  it('a regression: what adds up', () => {
    expect(regression(slope)).toBeGreaterThan(0.97)
    expect(regression(either)).toBeLessThan(0.7)
  })

  it('a tree and a forest: what counts only together', () => {
    const { learn, heldOut } = split(either, 0.7, seededRandom(4))
    expect(accuracy(growTree(learn, 2, growth, seededRandom(5)), heldOut)).toBeGreaterThan(0.85)
    expect(accuracy(growForest(learn, 2, { ...growth, trees: 15 }, seededRandom(5)), heldOut)).toBeGreaterThan(0.9)
  })

  it('a tree of one class, or of rows that are all alike, is one leaf', () => {
    const same: Example[] = [0, 1, 1, 1].map((label) => ({ row: [7, 7], label }))
    expect(growTree(same, 2, { ...growth, smallestLeaf: 1 }, seededRandom(1))([0, 0])).toEqual([0.25, 0.75])
    expect(growTree(same.slice(1), 2, growth, seededRandom(1))([9, 9])).toEqual([0, 1])
  })

  it('says the first of equals', () => {
    expect(likeliest([0.25, 0.375, 0.375])).toBe(1)
  })
})
