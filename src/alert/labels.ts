/** Labels and annotations: text that strangers wrote, kept as data whatever the names are. */

/**
 * Label names to values, without a prototype, names sorted bytewise (by UTF-8), no empty values.
 * `__proto__` and `constructor` are ordinary names here. Read a missing label as `labels[name] ?? ''`.
 */
export type Labels = Readonly<Record<string, string>>
