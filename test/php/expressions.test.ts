// Expressions of PHP: values recorded from PHP 8.2, PHP itself again where it is installed, and what must stay unread.
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { askPhp, hasPhp, read } from './support.ts'

interface Recorded {
  readonly source: string
  readonly value: unknown
}
const recorded = async (): Promise<readonly Recorded[]> =>
  JSON.parse(await readFile(new URL('../fixtures/php/expressions.json', import.meta.url), 'utf8')) as Recorded[]

describe('S-119 expressions of PHP', () => {
  it('B9 have the value that PHP gives them', async () => {
    const list = await recorded()
    expect(list).to.have.length.of.at.least(120)
    for (const { source, value } of list) expect(read(source), source).to.deep.equal({ value })
  })

  it('are the same to the PHP of this machine', async function () {
    if (!hasPhp()) return this.skip()
    const list = await recorded()
    expect(askPhp(list.map(({ source }) => source))).to.deep.equal(list.map(({ value }) => value))
  })

  for (const [what, source, line] of [
    ['an unknown function', '<?php\n$x = foo();', 2],
    ['a file', '<?php $x = trim(file_get_contents("/run/secret"));', 1],
    ['a shell command', '<?php $x = `id`;', 1],
    ['an object', '<?php $x = new Foo;', 1],
    ['a closure', '<?php $x = fn() => 1;', 1],
    ['the request', "<?php $x = $_SERVER['HTTP_HOST'] ?? 'a';", 1],
    ['a variable that was never set', '<?php $x = $y;', 1],
    ['a constant that was never set', '<?php $x = FOO;', 1],
    ['what PHP was started as', "<?php $x = PHP_SAPI === 'cli' ? 1 : 2;", 1],
    ['a loop', '<?php $x = 1;\nforeach ([1] as $y) {\n  $x = 2;\n}', 3],
    ['a loop over the variable', '<?php\n\nforeach ([1] as $x) {}', 3],
    ['a reference', '<?php $x = 1; $y = &$x;', 1],
    ['a list', '<?php $x = 1; [$x, $y] = [1, 2];', 1],
    ['an if that only PHP decides', '<?php $x = 1;\nif (is_file("/x"))\n  $x = 2;', 3],
    ['a switch', '<?php $x = 1; switch (1) { case 1: $x = 2; }', 1],
    ['an increment', '<?php $x = 1; $x++;', 1],
    ['a function that sets a global', '<?php $x = 1; function f() { global $x; $x = 2; } f();', 1],
    ['a number that is too large', '<?php $x = 9223372036854775807;', 1],
    ['a number that grows too large', '<?php $x = 2 ** 60;', 1],
    ['a number in disguise', '<?php $x = "1e3" == "1000";', 1],
    ['a text that is no number', '<?php $x = "a" + 1;', 1],
    ['a match without an arm', '<?php $x = match(1) { 2 => 3 };', 1],
    ['a named argument', '<?php $x = dirname(path: "/a/b");', 1],
  ] as const)
    it(`B9 leave ${what} unread, and say on which line`, () => expect(read(source)).to.deep.equal({ line }))

  it('rest on what is only assumed once PHP may have stopped before', async () => {
    const { variableOf } = await import('./support.ts')
    const outcome = variableOf('<?php if (is_file("/x")) { return; } $x = 1;')
    expect(outcome).to.deep.equal({ value: 1, assumed: true })
  })
})
