// Evaluates a piece of PHP here, as a configuration file that assigns $x, and by PHP itself where it is installed.
import { execFileSync } from 'node:child_process'
import { newScope, readPhp, type World } from '../../src/php/read.ts'
import { isArray, isRead, type Outcome, type PhpValue } from '../../src/php/value.ts'

export const world = (more: Partial<World> = {}): World => ({
  real: {},
  dotenv: {},
  includePath: [],
  read: () => undefined,
  ...more,
})

/** As JSON, with arrays as lists of pairs, so that the order counts, and fractions as text. */
export const plain = (value: PhpValue): unknown =>
  isArray(value) ? [...value].map(([key, inner]) => [key, plain(inner)]) : value

export const variableOf = (source: string, more: Partial<World> = {}, name = 'x'): Outcome | undefined => {
  const scope = newScope(world(more))
  readPhp(Buffer.from(source, 'utf8').toString('latin1'), '/srv/studip/config/config_local.inc.php', scope)
  return scope.variables.get(name)
}

/** What we read of $x: `{ value }`, or the line that was not understood. */
export const read = (
  source: string,
  more: Partial<World> = {},
): { readonly value: unknown } | { readonly line: number } => {
  const outcome = variableOf(source, more)
  if (!outcome) return { value: null }
  return isRead(outcome) ? { value: plain(outcome.value) } : { line: outcome.unread.line }
}

export const hasPhp = (): boolean => {
  try {
    execFileSync('php', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const evaluator = `
error_reporting(0);
function plain($v) {
  if (is_array($v)) { $r = []; foreach ($v as $k => $i) { $r[] = [(string) $k, plain($i)]; } return $r; }
  return is_string($v) ? mb_convert_encoding($v, 'UTF-8', 'ISO-8859-1') : $v;
}
$answers = [];
$file = tempnam(sys_get_temp_dir(), 'php');
foreach (json_decode(stream_get_contents(STDIN)) as $source) {
  file_put_contents($file, $source);
  ob_start();
  $answers[] = (function () use ($file) { include $file; return plain($x ?? null); })();
  ob_end_clean();
}
unlink($file);
echo json_encode($answers);
`

/** What PHP itself makes of $x in each source. */
export const askPhp = (sources: readonly string[]): readonly unknown[] =>
  JSON.parse(
    execFileSync('php', ['-d', 'opcache.enable_cli=0', '-r', evaluator], {
      input: JSON.stringify(sources),
      encoding: 'utf8',
    }),
  ) as unknown[]
