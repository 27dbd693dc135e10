// What the plots have in common.

export const colours = ['#1f6fb4', '#d2691e', '#2e8b57', '#8a5ba6', '#b03a48', '#777777']

const escaped = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`

/** The whole document, around its parts. */
export const documentOf = (
  { width, height, title }: { readonly width: number; readonly height: number; readonly title: string },
  parts: readonly string[],
): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#777">
<title>${escaped(title)}</title>
${parts.join('\n')}
</svg>
`
