<?php
// The same comparison as growth.ts, by PCRE without its compiler, as nginx and Apache run it. Expressions with their
// subjects come on standard input, what grows too fast leaves on standard output.
ini_set('pcre.jit', '0');
ini_set('pcre.backtrack_limit', '1000000000');
ini_set('memory_limit', '-1');
const FLOOR = 20.0;
const TOO_MUCH = 3;

$input = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);

function subject(array $parts, int $length): string
{
    [$before, $again, $after] = $parts;
    return $before . str_repeat($again, max(1, intdiv($length - strlen($before) - strlen($after), strlen($again)))) . $after;
}

function processorTime(): float
{
    $used = getrusage();
    return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1e3
        + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1e3;
}

function cost(string $pattern, string $text): float
{
    $begin = processorTime();
    preg_match($pattern, $text);
    return processorTime() - $begin;
}

function grows(string $pattern, array $parts, int $length): bool
{
    for ($turn = 0; $turn < 3; $turn++) {
        $wholes = $ratios = [];
        for ($pair = 0; $pair < 3; $pair++) {
            $half = cost($pattern, subject($parts, intdiv($length, 2)));
            $wholes[] = $whole = cost($pattern, subject($parts, $length));
            $ratios[] = $whole / max($half, 0.001);
        }
        sort($wholes);
        sort($ratios);
        if ($wholes[1] <= FLOOR || $ratios[1] <= TOO_MUCH) {
            return false;
        }
    }
    return true;
}

function excess(string $pattern, array $subjects, int $longest): ?array
{
    // Exponential work would never end: a few characters, under a limit that interrupts.
    ini_set('pcre.backtrack_limit', '20000000');
    foreach ($subjects as $index => $parts) {
        preg_match($pattern, subject($parts, 256));
        if (preg_last_error() === PREG_BACKTRACK_LIMIT_ERROR) {
            return [$index, 'does not end'];
        }
    }
    ini_set('pcre.backtrack_limit', '1000000000');
    foreach ($subjects as $index => $parts) {
        foreach ([16, 8, 4, 2, 1] as $part) {
            $length = intdiv($longest, $part);
            if (cost($pattern, subject($parts, $length)) > FLOOR && grows($pattern, $parts, $length)) {
                return [$index, "grows faster than its text at $length bytes"];
            }
        }
    }
    return null;
}

$found = [];
foreach ($input['expressions'] as ['source' => $source, 'flags' => $flags, 'subjects' => $subjects]) {
    $pattern = "\x01$source\x01$flags";
    if (@preg_match($pattern, '') === false) {
        fwrite(STDERR, "PCRE does not read $source");
        exit(1);
    }
    $found[] = excess($pattern, $subjects, $input['longest']);
}
echo json_encode($found);
