/** The last so many of something. */
export class RollingWindow<T> {
  readonly #size: number
  #items: T[] = []
  /** Where the next item goes once the window is full. */
  #next = 0

  constructor(size: number) {
    this.#size = size
  }

  add(item: T): void {
    if (this.#items.length < this.#size) this.#items.push(item)
    else this.#items[this.#next] = item
    this.#next = (this.#next + 1) % this.#size
  }

  /** In no particular order. */
  items(): readonly T[] {
    return this.#items
  }
}
