/** What is known of a customer of the telephone company: the fields of a churn request and what each may hold. */

/** Amounts are in one currency, `tenure` is in months. `most` only keeps sums finite; no customer comes near it. */
export const numberFields = {
  tenure: { most: 1_200 },
  MonthlyCharges: { most: 100_000 },
  TotalCharges: { most: 100_000_000 },
} as const

const yesNo = ['No', 'Yes'] as const
const withInternet = ['No', 'Yes', 'No internet service'] as const

export const choiceFields = {
  Contract: ['Month-to-month', 'One year', 'Two year'],
  PaymentMethod: ['Electronic check', 'Mailed check', 'Bank transfer (automatic)', 'Credit card (automatic)'],
  OnlineSecurity: withInternet,
  TechSupport: withInternet,
  InternetService: ['DSL', 'Fiber optic', 'No'],
  gender: ['Female', 'Male'],
  SeniorCitizen: [0, 1],
  Partner: yesNo,
  Dependents: yesNo,
  PhoneService: yesNo,
  MultipleLines: ['No', 'Yes', 'No phone service'],
  PaperlessBilling: yesNo,
  OnlineBackup: withInternet,
  DeviceProtection: withInternet,
  StreamingTV: withInternet,
  StreamingMovies: withInternet,
} as const

export type Customer = { readonly [field in keyof typeof numberFields]: number } & {
  readonly [field in keyof typeof choiceFields]: (typeof choiceFields)[field][number]
}

/** Index is the label of an example. */
export const churnClasses = ['stay', 'churn'] as const
