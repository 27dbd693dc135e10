// Grouped bars as SVG, readable on light and dark pages: a group for each contender, a bar for each kind of work it was given.
import { colours, documentOf, text } from './svg.ts'
import { format } from './sections.ts'

export interface Bars {
  readonly title: string
  readonly kinds: readonly string[]
  /** One value for each kind; undefined where there is none. */
  readonly groups: readonly { readonly name: string; readonly values: readonly (number | undefined)[] }[]
}

const width = 720
const [left, right, top] = [180, 70, 64]
const [thickness, gap] = [14, 12]

/** The bars begin at zero, so that no difference looks bigger than it is. */
export const barsOf = ({ title, kinds, groups }: Bars): string => {
  const most = Math.max(...groups.flatMap(({ values }) => values.filter((value) => value !== undefined)))
  const colourOf = (kind: number) => colours[kind % colours.length] ?? '#000'
  const legend = kinds.map((kind, index) => {
    const x = left + index * 160
    return `<rect x="${x}" y="34" width="12" height="12" fill="${colourOf(index)}"/>` + text(x + 18, 44, kind)
  })
  let y = top
  const drawn = groups.map(({ name, values }) => {
    const bars = values.flatMap((value, kind) => (value === undefined ? [] : [{ value, kind }]))
    const middle = y + (bars.length * thickness) / 2 + 4
    const parts = bars.map(({ value, kind }) => {
      const length = (value / most) * (width - left - right)
      const bar = `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${thickness - 2}" fill="${colourOf(kind)}"/>`
      const label = text(left + length + 6, y + thickness - 4, format(value))
      y += thickness
      return bar + label
    })
    y += gap
    return text(left - 10, middle, name, 'text-anchor="end"') + parts.join('')
  })
  return documentOf({ width, height: y, title }, [
    text(left, 20, title, 'font-size="14" font-weight="bold"'),
    ...legend,
    ...drawn,
  ])
}
