// Configuration values as PHP understands them: contract §6.2.
import { expect } from 'chai'
import { createStudipConfig } from '../../src/studip/config.ts'
import { isTruthy, toInteger, toList } from '../../src/studip/php-values.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { gateSettings } from './golden.ts'

describe('configuration values', () => {
  it('are true unless empty or 0', () => {
    expect(['', '0', undefined].map(isTruthy)).to.deep.equal([false, false, false])
    expect(['1', 'false', '0.0', ' ', '00', 'null', '-0'].map(isTruthy)).to.deep.equal([
      true,
      true,
      true,
      true,
      true,
      true,
      true,
    ])
  })
  it('as integers begin with their digits', () => {
    expect(['12', ' 12abc', '-5', '+7', '1e3', '1.9', '', 'abc', undefined, '0x1A'].map(toInteger)).to.deep.equal([
      12, 12, -5, 7, 1000, 1, 0, 0, 0, 0,
    ])
  })
  it('as lists are trimmed and have no empty parts', () =>
    expect(toList(' root, admin ,,')).to.deep.equal(['root', 'admin']))

  describe('from the database', () => {
    let database: TestDatabase
    beforeEach(async () => {
      database = await testDatabase({ users: false })
    })
    afterEach(() => database.drop())
    const config = (version = '6.0.2', configOverrides = {}) =>
      createStudipConfig({ db: database.knex, settings: gateSettings(version, { configOverrides }) })
    const setOwn = (field: string, value: string, range_id = 'studip') =>
      database.knex('config_values').insert({ field, range_id, value })

    it('own value before default before what is shipped', async () => {
      await database.knex('config').where({ field: 'UNI_NAME_CLEAN' }).update({ value: 'Default' })
      expect(await config().global('UNI_NAME_CLEAN')).to.equal('Default')
      await setOwn('UNI_NAME_CLEAN', 'Eigene', 'somebody')
      expect(await config().global('UNI_NAME_CLEAN')).to.equal('Default')
      await setOwn('UNI_NAME_CLEAN', '')
      expect(await config().global('UNI_NAME_CLEAN')).to.equal('')
      await database.knex('config').del()
      await database.knex('config_values').del()
      expect(await config().global('UNI_NAME_CLEAN')).to.equal('Stud.IP')
      expect(await config().global('DEFAULT_TIMEZONE')).to.equal('Europe/Berlin')
    })
    it('the environment wins, raw, in 6.x only', async () => {
      const environment = { UNI_NAME_CLEAN: 'Umgebung', DEFAULT_LANGUAGE: '' }
      expect(await config('6.0.2', environment).global('UNI_NAME_CLEAN')).to.equal('Umgebung')
      expect(await config('6.0.2', environment).global('DEFAULT_LANGUAGE')).to.equal('')
      expect(await config('5.4.11', environment).global('UNI_NAME_CLEAN')).to.equal('Stud.IP')
    })
    it('one round trip for all who ask within two seconds, and a fault is not remembered', async () => {
      const ours = config()
      let queries = 0
      database.knex.on('query', () => {
        queries++
      })
      await Promise.all([ours.global('UNI_NAME_CLEAN'), ours.global('SYSTEMCACHE'), ours.global('DEFAULT_LANGUAGE')])
      await ours.global('CRONJOBS_ENABLE')
      expect(queries).to.equal(1)
      const other = config()
      await database.knex.schema.renameTable('config', 'config_away')
      expect(await other.global('UNI_NAME_CLEAN').catch(() => 'rejected')).to.equal('rejected')
      await database.knex.schema.renameTable('config_away', 'config')
      expect(await other.global('UNI_NAME_CLEAN')).to.equal('Stud.IP')
    })
  })
})
