// An import of node:http hands over everything that it exports, and to do so Node 24 loads its HTTP client as well, which nobody
// here uses.
export const { createServer } = process.getBuiltinModule('node:http')
