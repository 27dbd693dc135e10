// Letters of another alphabet in a name are pointed out, and honest names are left alone.
import { expect } from 'chai'
import { oddLetters } from '../../src/oauth/odd-letters.ts'

describe('letters of another alphabet', () => {
  for (const [name, odd] of [
    ['Ѕtud.IP', ['Ѕ']],
    ['Stud.ІР', ['І', 'Р']],
    ['Sτud.IP', ['τ']],
    ['Stud.IᏢ', ['Ꮲ']],
    ['𝐒tud.IP', ['𝐒']],
    ['Ｓｔｕｄ.IP', ['Ｓ', 'ｔ', 'ｕ', 'ｄ']],
    ['\u212aampus', ['\u212a']],
    ['Яндекс App', ['Я', 'н', 'д', 'е', 'к', 'с']],
    ['Ветa', ['В', 'е', 'т']],
    ['Вετа', ['ε', 'τ']],
    ['SSѕ ѕ', ['ѕ']],
  ] as const)
    it(`S-028 ${name} has ${odd.join(' ')}`, () => expect(oddLetters(name)).to.deep.equal(odd))

  it('S-028 there are none in names of one alphabet, with accents, digits, signs and East Asian words', () => {
    for (const name of [
      'Stud.IP',
      'Café Ærø Straße Łódź Nguyễn',
      'é'.normalize('NFD'),
      'Московский',
      'Ελληνικά 2.0',
      'עברית',
      'العربية',
      '日本語 App',
      'カメラ&Mensa',
      '한국어 Campus',
      'App™ №1 🎓',
      '',
    ])
      expect(oddLetters(name), name).to.deep.equal([])
  })
})
