// PHP's serialize() and its inverse, as far as sessions need them (contract §1.3). For tests and stand-in; the product has its own reader.

/** A value of PHP: Map is an array, PhpObject an object, bigint an integer beyond 2^53. */
export type PhpValue = null | boolean | number | bigint | string | PhpFloat | PhpObject | PhpArray
export type PhpArray = Map<string | number, PhpValue>
export interface PhpObject {
  readonly class: string
  readonly properties: PhpArray
}
/** A PHP float; a plain number is an integer. */
export interface PhpFloat {
  readonly float: number
}

/** What `toBytes` takes: plain objects and lists are arrays. */
export type PhpInput =
  | null
  | boolean
  | number
  | bigint
  | string
  | PhpFloat
  | PhpObject
  | PhpArray
  | readonly PhpInput[]
  | { readonly [key: string]: PhpInput }

const isObject = (value: object): value is PhpObject => 'class' in value && 'properties' in value
const isFloat = (value: object): value is PhpFloat => 'float' in value

/** serialize($value) */
export function toBytes(value: PhpInput): Buffer {
  if (value === null) return Buffer.from('N;')
  if (typeof value === 'boolean') return Buffer.from(`b:${value ? 1 : 0};`)
  if (typeof value === 'number' || typeof value === 'bigint') return Buffer.from(`i:${value};`)
  if (typeof value === 'string')
    return Buffer.concat([Buffer.from(`s:${Buffer.byteLength(value)}:"`), Buffer.from(value), Buffer.from('";')])
  if (value instanceof Map) return arrayBytes('a', [...value])
  if (Array.isArray(value))
    return arrayBytes(
      'a',
      value.map((item: PhpInput, index) => [index, item]),
    )
  if (isFloat(value)) return Buffer.from(`d:${value.float};`)
  if (isObject(value)) return arrayBytes(`O:${Buffer.byteLength(value.class)}:"${value.class}"`, [...value.properties])
  return arrayBytes('a', Object.entries(value))
}

const arrayBytes = (head: string, entries: readonly (readonly [string | number, PhpInput])[]): Buffer =>
  Buffer.concat([
    Buffer.from(`${head}:${entries.length}:{`),
    ...entries.flatMap(([key, value]) => [
      toBytes(typeof key === 'string' && /^(0|-?[1-9]\d{0,15})$/.test(key) ? Number(key) : key),
      toBytes(value),
    ]),
    Buffer.from('}'),
  ])

/** Reads one serialized value at `start`. Throws on anything it does not know. */
export function fromBytes(bytes: Buffer, start = 0): { value: PhpValue; end: number } {
  const upTo = (mark: string, from: number): [string, number] => {
    const at = bytes.indexOf(mark, from, 'latin1')
    if (at < 0) throw new Error(`no ${mark} after byte ${from}`)
    return [bytes.toString('utf8', from, at), at + mark.length]
  }
  const entries = (count: number, from: number): { value: PhpArray; end: number } => {
    const value: PhpArray = new Map()
    let end = from
    for (let index = 0; index < count; index++) {
      const key = fromBytes(bytes, end)
      const item = fromBytes(bytes, key.end)
      value.set(typeof key.value === 'number' ? key.value : String(key.value), item.value)
      end = item.end
    }
    return { value, end: end + 1 }
  }
  const type = String.fromCharCode(bytes[start] ?? 0)
  if (type === 'N') return { value: null, end: start + 2 }
  if (type === 'a') {
    const [count, body] = upTo(':{', start + 2)
    return entries(Number(count), body)
  }
  if (type === 's') {
    const [length, text] = upTo(':"', start + 2)
    return { value: bytes.toString('utf8', text, text + Number(length)), end: text + Number(length) + 2 }
  }
  if (type === 'O') {
    const [length, name] = upTo(':"', start + 2)
    const [count, body] = upTo(':{', name + Number(length) + 2)
    const { value, end } = entries(Number(count), body)
    return { value: { class: bytes.toString('utf8', name, name + Number(length)), properties: value }, end }
  }
  const [text, end] = upTo(';', start + 2)
  if (type === 'b') return { value: text === '1', end }
  if (type === 'd') return { value: { float: Number(text) }, end }
  if (type === 'i') return { value: Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text), end }
  throw new Error(`unknown type ${type} at byte ${start}`)
}
