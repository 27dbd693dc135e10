// Every text of the pages, by language and key, plurals apart.
import { deDevice } from '../../src/views/texts-de-device.ts'
import { deFrame } from '../../src/views/texts-de-frame.ts'
import { deLists } from '../../src/views/texts-de-lists.ts'
import { deRequests } from '../../src/views/texts-de-requests.ts'
import { de } from '../../src/views/texts-de.ts'
import { enDevice } from '../../src/views/texts-en-device.ts'
import { enFrame } from '../../src/views/texts-en-frame.ts'
import { enLists } from '../../src/views/texts-en-lists.ts'
import { enRequests } from '../../src/views/texts-en-requests.ts'
import { en } from '../../src/views/texts-en.ts'

export const catalogues = {
  de: { ...de, ...deFrame, ...deLists, ...deDevice, ...deRequests } as Readonly<Record<string, string>>,
  en: { ...en, ...enFrame, ...enLists, ...enDevice, ...enRequests } as Readonly<Record<string, string>>,
}
