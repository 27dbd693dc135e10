// Every regular expression of JavaScript and TypeScript text, literals and `new RegExp` alike.
import ts from 'typescript'
import type { Expression } from './expression.ts'

/** What cannot be known before the program runs; one character of it stands for all. */
const unknown = 'x'

/** The text of an expression as far as the file itself says it. */
function textOf(node: ts.Expression, file: ts.SourceFile): string {
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isRegularExpressionLiteral(node)) return sourceAndFlags(node.text).source
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return textOf(node.expression, file)
  if (ts.isTemplateExpression(node))
    return node.templateSpans.reduce(
      (text, span) => text + textOf(span.expression, file) + span.literal.text,
      node.head.text,
    )
  if (ts.isTaggedTemplateExpression(node) && ts.isNoSubstitutionTemplateLiteral(node.template))
    return node.template.rawText ?? node.template.text
  if (ts.isTaggedTemplateExpression(node) && ts.isTemplateExpression(node.template))
    return node.template.templateSpans.reduce(
      (text, span) => text + textOf(span.expression, file) + (span.literal.rawText ?? span.literal.text),
      node.template.head.rawText ?? node.template.head.text,
    )
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return textOf(node.left, file) + textOf(node.right, file)
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'source') return textOf(node.expression, file)
  if (ts.isIdentifier(node)) {
    const value = constants(file).get(node.text)
    return value ? textOf(value, file) : unknown
  }
  return unknown
}

const constants = (file: ts.SourceFile): ReadonlyMap<string, ts.Expression> => {
  const found = new Map<string, ts.Expression>()
  for (const statement of file.statements)
    if (ts.isVariableStatement(statement))
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer) found.set(name.text, initializer)
  return found
}

const sourceAndFlags = (literal: string): { readonly source: string; readonly flags: string } => {
  const end = literal.lastIndexOf('/')
  return { source: literal.slice(1, end), flags: literal.slice(end + 1) }
}

/** All of `text`; `line` is that of its first character. */
export function expressionsOfJavaScript(text: string, name: string, line = 1): readonly Expression[] {
  const file = ts.createSourceFile(`${name}.ts`, text, ts.ScriptTarget.Latest, true)
  const found: Expression[] = []
  const visit = (node: ts.Node): void => {
    const where = `${name}:${line + file.getLineAndCharacterOfPosition(node.getStart()).line}`
    if (ts.isRegularExpressionLiteral(node)) found.push({ where, ...sourceAndFlags(node.text) })
    else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === 'RegExp') {
      const [pattern, flags] = node.arguments ?? []
      if (!pattern) throw new Error(`${where}: RegExp without a pattern`)
      found.push({ where, source: textOf(pattern, file), flags: flags ? textOf(flags, file) : '' })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}
