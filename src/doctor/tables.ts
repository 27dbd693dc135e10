// Are the tables there, and do ours have the shape that Stud.IP gives them (contract §8)?
import type { Knex } from 'knex'
import type { Translate } from './translate.ts'
import { rowsOf } from '../stores/rows.ts'
import { fault, foundOr, isRefused, type Check, type Finding } from './check.ts'
import { neededRights, sessionTable } from './rights.ts'

// What later versions or administrators may widen without harm is left out; each pattern is what the code relies on.
const id = ['id', /^varchar\((100|1\d\d|2\d\d)\)$/, 'varchar(100)'] as const
const token = [
  id,
  ['user_id', /^char\(32\)$/, 'char(32)'],
  ['client_id', /^bigint(\(\d+\))? unsigned$/, 'bigint unsigned'],
  ['scopes', /text$/, 'text'],
  ['revoked', /^tinyint/, 'tinyint(1)'],
  ['expires_at', /^(big)?int/, 'int'],
  ['mkdate', /^(big)?int/, 'int'],
  ['chdate', /^(big)?int/, 'int'],
] as const
type Column = readonly [name: string, pattern: RegExp, expected: string]

const shapes: Readonly<Record<string, readonly Column[]>> = {
  oauth2_clients: [
    ['id', /^bigint(\(\d+\))? unsigned$/, 'bigint unsigned'],
    ['name', /^varchar/, 'varchar(255)'],
    ['secret', /^varchar\(([6-9]\d|\d{3,})\)$/, 'varchar(100)'],
    ['redirect', /text$/, 'text'],
    ['revoked', /^tinyint/, 'tinyint(1)'],
    ['description', /text$/, 'text'],
    ['owner', /^varchar/, 'varchar(255)'],
    ['homepage', /^varchar/, 'varchar(255)'],
    ['admin_notes', /text$/, 'text'],
    ['mkdate', /^(big)?int/, 'int'],
    ['chdate', /^(big)?int/, 'int'],
  ],
  oauth2_auth_codes: token,
  oauth2_access_tokens: token,
  oauth2_refresh_tokens: [
    id,
    ['access_token_id', /^varchar\((100|1\d\d|2\d\d)\)$/, 'varchar(100)'],
    ['revoked', /^tinyint/, 'tinyint(1)'],
    ['expires_at', /^(big)?int/, 'int'],
  ],
}
/** Without these every page would read the whole table. */
const keys: readonly (readonly [table: string, column: string, kind: 'PRIMARY KEY' | 'KEY'])[] = [
  ...Object.keys(shapes).map((table) => [table, 'id', 'PRIMARY KEY'] as const),
  ['oauth2_access_tokens', 'user_id', 'KEY'],
  ['oauth2_refresh_tokens', 'access_token_id', 'KEY'],
]

interface ColumnRow {
  readonly Field: string
  readonly Type: string
  readonly Collation: string | null
  readonly Null: 'YES' | 'NO'
  readonly Default: string | null
  /** `auto_increment`, or how it is computed. */
  readonly Extra: string
}

type Columns = ReadonlyMap<string, ColumnRow>

const columnsOf = async (db: Knex, table: string): Promise<Columns> => {
  const rows = await rowsOf<ColumnRow>(db.raw('SHOW FULL COLUMNS FROM ??', [table]))
  return new Map(rows.map((row) => [row.Field, row]))
}

/** A plugin's own column does no harm as long as a row can be added without it. */
const isDemanded = ({ Null, Default, Extra }: ColumnRow): boolean =>
  Null === 'NO' && Default === null && !/auto_increment|generated|virtual|persistent|stored/i.test(Extra)

const columnFindings = (found: Columns, table: string, t: Translate): Finding[] => {
  const columns = shapes[table] ?? []
  const wrong = columns.flatMap(([column, pattern, expected]) => {
    const type = found.get(column)?.Type
    if (type === undefined) return [fault(t('doctor.tables.column-missing', { table, column, expected }))]
    return pattern.test(type) ? [] : [fault(t('doctor.tables.column', { table, column, found: type, expected }))]
  })
  const foreign = [...found.values()].filter(({ Field }) => !columns.some(([column]) => column === Field))
  return [
    ...wrong,
    ...foreign.filter(isDemanded).map(({ Field }) => fault(t('doctor.tables.demanded', { table, column: Field }))),
  ]
}

/** The two columns by which tables are joined: a server that converted one table only refuses to compare them, or reads all rows. */
const collationFindings = (tables: ReadonlyMap<string, Columns>, t: Translate): Finding[] => {
  const wanted = tables.get('oauth2_access_tokens')?.get('id')?.Collation
  const found = tables.get('oauth2_refresh_tokens')?.get('access_token_id')?.Collation
  if (!wanted || !found || wanted === found) return []
  return [fault(t('doctor.tables.collation', { found, wanted, charset: wanted.split('_')[0] ?? wanted }))]
}

const keyFindings = async (db: Knex, table: string, t: Translate): Promise<Finding[]> => {
  const firsts = (
    await rowsOf<{ Column_name: string; Seq_in_index: number; Key_name: string }>(db.raw('SHOW INDEX FROM ??', [table]))
  ).filter(({ Seq_in_index }) => Number(Seq_in_index) === 1)
  return keys
    .filter(([of]) => of === table)
    .flatMap(([, column, kind]) => {
      const there = firsts.some(
        ({ Column_name, Key_name }) => Column_name === column && (kind === 'KEY' || Key_name === 'PRIMARY'),
      )
      return there ? [] : [fault(t('doctor.tables.key', { table, column, kind }))]
    })
}

interface Shape {
  readonly table: string
  readonly columns: Columns
  readonly engine: string
}

const shapeFindings = async (db: Knex, { table, columns, engine }: Shape, t: Translate): Promise<Finding[]> => [
  ...columnFindings(columns, table, t),
  ...(await keyFindings(db, table, t)),
  ...(engine === 'InnoDB' ? [] : [fault(t('doctor.tables.engine', { table, engine }))]),
]

/** A table on which there is no right is not listed, but it is there. */
const isThere = (db: Knex, table: string): Promise<boolean> =>
  db.raw('SELECT 1 FROM ?? WHERE 1 = 0', [table]).then(
    () => true,
    (error: unknown) => isRefused(error),
  )

export const tablesCheck: Check = {
  name: 'check.tables',
  needs: ['check.database'],
  settings: [],
  run: async ({ db, settings, t }) => {
    const rows = await rowsOf<{ name: string; engine: string }>(
      db.raw(
        'SELECT table_name AS name, engine AS engine FROM information_schema.tables WHERE table_schema = DATABASE()',
      ),
    )
    const engines = new Map(rows.map(({ name, engine }) => [name, engine]))
    const unseen = [...neededRights(await sessionTable(db, settings)).keys()].filter((table) => !engines.has(table))
    const there = await Promise.all(unseen.map((table) => isThere(db, table)))
    const missing = unseen
      .filter((_, index) => !there[index])
      .map((table) =>
        fault(
          t('doctor.tables.missing', {
            table,
            mend: t(table.startsWith('oauth2_') ? 'doctor.tables.mend-ours' : 'doctor.tables.mend-studip'),
          }),
        ),
      )
    const present = Object.keys(shapes).filter((table) => engines.has(table))
    const tables = new Map(
      await Promise.all(present.map(async (table) => [table, await columnsOf(db, table)] as const)),
    )
    const shaped = await Promise.all(
      [...tables].map(([table, columns]) => shapeFindings(db, { table, columns, engine: engines.get(table) ?? '' }, t)),
    )
    return foundOr([...missing, ...shaped.flat(), ...collationFindings(tables, t)], t('doctor.tables.ok'))
  },
}
