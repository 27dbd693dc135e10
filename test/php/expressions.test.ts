// Expressions of PHP: values recorded from PHP 8.2, PHP itself again where it is installed, and what must stay unread.
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { newScope, readPhp } from '../../src/php/read.ts'
import { askPhp, hasPhp, read, world } from './support.ts'

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
    [
      'a function that calls one that sets a global',
      '<?php $x = 1; function f() { g(); } function g() { global $x; $x = 2; } f();',
      1,
    ],
    ['a closure that sets a global', "<?php $x = 1; $f = function () { $GLOBALS['x'] = 2; }; $f();", 1],
    ['a closure that captures a reference', '<?php $x = 1; (function () use (&$x) { $x = 2; })();', 1],
    [
      'a class that sets a global',
      "<?php $x = 1; class A { static function f() { [$GLOBALS['x']] = [2]; } } A::f();",
      1,
    ],
    ['an argument by reference', '<?php $x = 1; function f(&$y) { $y = 2; } f($x);', 1],
    ['a list that PHP sorts', '<?php $y = [2, 1]; sort($y); $x = $y[0];', 1],
    ['a static variable', '<?php $x = 1; static $x = 2;', 1],
    ['a number that is too large', '<?php $x = 9223372036854775807;', 1],
    ['a number that grows too large', '<?php $x = 2 ** 60;', 1],
    ['a number in disguise', '<?php $x = "1e3" == "1000";', 1],
    ['a text that is no number', '<?php $x = "a" + 1;', 1],
    ['a match without an arm', '<?php $x = match(1) { 2 => 3 };', 1],
    ['a named argument', '<?php $x = dirname(path: "/a/b");', 1],
  ] as const)
    it(`B9 leave ${what} unread, and say on which line`, () => expect(read(source)).to.deep.equal({ line }))

  it('B9 behind `<?` are read, as Stud.IP needs it', () => {
    expect(read('<? $x = 1 ?>')).to.deep.equal({ value: 1 })
  })

  for (const [what, source] of [
    ['a name from a file', '<?php foreach (parse_ini_file("db.ini") as $k => $v) $GLOBALS[$k] = $v;'],
    ['a name from a function', '<?php $k = foo(); $GLOBALS[$k]["a"] = 1;'],
    ['a name that a function is given', '<?php function set($k, $v) { $GLOBALS[$k] = $v; } set("x", 1);'],
    ['a file inside a function', '<?php function f() { require "x.php"; } f();'],
    ['a file inside a method', '<?php class A { static function f() { require "x.php"; } } A::f();'],
  ] as const)
    it(`B9 leave everything open behind ${what}`, () => {
      const scope = newScope(world())
      readPhp(source, '/srv/studip/config/config_local.inc.php', scope)
      expect(scope.opaque?.line).to.equal(1)
    })

  it('B9 know that a function which only looks changes nothing', () =>
    expect(
      read('<?php $x = 1; function f() { global $x; return $x; } f(); $f = function () { global $x; $y = $x; };'),
    ).to.deep.equal({ value: 1 }))

  it('rest on what is only assumed once PHP may have stopped before', async () => {
    const { variableOf } = await import('./support.ts')
    for (const stop of ['return', 'goto end']) {
      const outcome = variableOf(`<?php if (is_file("/x")) { ${stop}; } $x = 1; end:`)
      expect(outcome, stop).to.deep.equal({ value: 1, assumed: true })
    }
  })
})
