// Language and names as people read them: contract §6.1, §7.
import { expect } from 'chai'
import { fullName } from '../../src/studip/full-name.ts'
import { chooseLanguage, type LanguageHints } from '../../src/studip/language.ts'

const choose = (hints: Partial<LanguageHints>) =>
  chooseLanguage({ session: undefined, preferred: undefined, acceptLanguage: undefined, fallback: 'de_DE', ...hints })
    .languageTag

describe('language', () => {
  it('session, user, browser, default: in this order', () => {
    expect(choose({ session: 'en_GB', preferred: 'de_DE', acceptLanguage: 'de', fallback: 'de_DE' })).to.equal('en-GB')
    expect(choose({ preferred: 'en_GB', acceptLanguage: 'de', fallback: 'de_DE' })).to.equal('en-GB')
    expect(choose({ acceptLanguage: 'en', fallback: 'de_DE' })).to.equal('en-GB')
    expect(choose({ fallback: 'en_GB' })).to.equal('en-GB')
    expect(choose({})).to.equal('de-DE')
  })
  it('German by its prefix, English for whatever else', () => {
    expect(choose({ session: 'de_AT', acceptLanguage: 'en' })).to.equal('de-DE')
    expect(choose({ session: 'en_US', acceptLanguage: 'de' })).to.equal('en-GB')
    expect(choose({ session: 'fr_FR' })).to.equal('en-GB')
    expect(choose({ session: 'den_XX' })).to.equal('en-GB')
    expect(choose({ fallback: 'fr_FR' })).to.equal('en-GB')
    expect(choose({ session: '', preferred: '' })).to.equal('de-DE')
  })
  it('weighs Accept-Language (RFC 9110 §12.5.4) and survives what is no such header', () => {
    expect(choose({ acceptLanguage: 'fr, de;q=0.5, en;q=0.7' })).to.equal('en-GB')
    expect(choose({ acceptLanguage: 'en;q=0, de;q=0.1', fallback: 'en_GB' })).to.equal('de-DE')
    expect(choose({ acceptLanguage: 'de-CH, en' })).to.equal('de-DE')
    expect(choose({ acceptLanguage: 'en;q=x, *;;=,', fallback: 'de_DE' })).to.equal('de-DE')
    expect(choose({ acceptLanguage: ','.repeat(100_000) + 'en' })).to.equal('de-DE')
  })
})

describe('full name', () => {
  const name = (titleFront?: string, firstName?: string, lastName?: string, titleRear?: string) =>
    fullName({ titleFront, firstName, lastName, titleRear })
  it('joins what there is', () => {
    expect(name('Prof. Dr.', 'Ada', 'Lovelace', 'MBA')).to.equal('Prof. Dr. Ada Lovelace, MBA')
    expect(name('', 'Ada', 'Lovelace', '')).to.equal('Ada Lovelace')
    expect(name(undefined, undefined, 'Lovelace')).to.equal('Lovelace')
    expect(name('Dr.', undefined, ' Lovelace ')).to.equal('Dr. Lovelace')
    expect(name()).to.equal('')
  })
})
