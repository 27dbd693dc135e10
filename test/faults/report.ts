// Prints the table of docs/reliability.md from the results of a run. `npm run soak` does it by itself; for the short form:
// `FAULT_RESULTS=$PWD/results.jsonl bin/test 'test/faults/*.test.ts'`, then this with the file.
import { readFileSync } from 'node:fs'
import type { FaultResult } from './results.ts'

const [, , file = ''] = process.argv
const results = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as FaultResult)
const cell = (text: string): string => text.replaceAll('|', '\\|')

console.log('| fault | how injected | runs | violations | what applications saw |\n|---|---|---|---|---|')
for (const { fault, how, runs, violations, seen } of results)
  console.log(`| ${cell(fault)} | ${cell(how)} | ${runs} | ${violations} | ${cell(seen)} |`)
