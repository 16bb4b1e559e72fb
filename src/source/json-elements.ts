/** Cuts a JSON array of objects into its elements while it comes in: an answer of 100 MB is never held as a whole. */

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = Buffer.from('"\\,[]{}')

/** Larger is no alert. */
const MOST_ELEMENT_BYTES = 4 * 1024 * 1024

/** What may stand between elements now. */
type Expected = 'list' | 'first' | 'element' | 'separator' | 'nothing'

/** Brackets are counted outside of texts; whether an element is JSON in itself is for who parses it. */
export class JsonElements {
  #expected: Expected = 'list'
  #depth = 0
  #inText = false
  #escaped = false
  /** What came so far of the element that is not complete. */
  #kept: Uint8Array[] = []
  #keptBytes = 0

  /** The texts of the elements that end in this piece. Throws a SyntaxError when this is no array of objects. */
  push(piece: Uint8Array): string[] {
    const elements: string[] = []
    let start = 0
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at]
      if (this.#depth === 0) {
        if (this.#between(byte)) start = at
      } else if (this.#inside(byte)) {
        elements.push(this.#complete(piece.subarray(start, at + 1)))
      }
    }
    if (this.#depth > 0) this.#keep(piece.subarray(start))
    return elements
  }

  /** Throws a SyntaxError unless the array came to its end. */
  end(): void {
    if (this.#expected !== 'nothing') throw new SyntaxError('the JSON breaks off')
  }

  /** True when the byte ends the element. */
  #inside(byte: number | undefined): boolean {
    if (this.#escaped) this.#escaped = false
    else if (byte === quote) this.#inText = !this.#inText
    else if (this.#inText) this.#escaped = byte === backslash
    else if (byte === openObject || byte === openList) this.#depth++
    else if (byte === closeObject || byte === closeList) return --this.#depth === 0
    return false
  }

  /** True when the byte begins an element. */
  #between(byte: number | undefined): boolean {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return false
    const next = this.#after(byte)
    if (next === null) throw new SyntaxError('the JSON is not a list of objects')
    this.#expected = next
    if (byte !== openObject) return false
    this.#depth = 1
    return true
  }

  #after(byte: number | undefined): Expected | null {
    const expected = this.#expected
    if (byte === openList) return expected === 'list' ? 'first' : null
    if (byte === openObject) return expected === 'first' || expected === 'element' ? 'separator' : null
    if (byte === comma) return expected === 'separator' ? 'element' : null
    if (byte === closeList) return expected === 'first' || expected === 'separator' ? 'nothing' : null
    return null
  }

  #keep(piece: Uint8Array): void {
    this.#keptBytes += piece.length
    if (this.#keptBytes > MOST_ELEMENT_BYTES) throw new SyntaxError(`an element exceeds ${MOST_ELEMENT_BYTES} bytes`)
    this.#kept.push(piece)
  }

  #complete(last: Uint8Array): string {
    const whole = this.#kept.length === 0 ? last : Buffer.concat([...this.#kept, last])
    this.#kept = []
    this.#keptBytes = 0
    return Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8')
  }
}
