// Reading whatever the user may see, changing nothing (D24).
import type { Offering, Scope } from './scope.ts'

export const apiRead = {
  name: 'api.read',
  isOffered: ({ apiRead }: Offering) => apiRead,
  format: 'sealed',
  isRenewable: true,
  words: {
    de: {
      may: 'Liest alles, was Sie in Stud.IP sehen dürfen, und ändert nichts.',
      such: ['Ihre Nachrichten', 'Ihre Dateien', 'Ihre Veranstaltungen, Termine und die Teilnehmenden', 'Ihr Profil'],
      forPerms: {
        tutor: 'Auch als Tutorin oder Tutor: was Sie über die Teilnehmenden Ihrer Veranstaltungen sehen.',
        dozent: 'Auch als Lehrende oder Lehrender: was Sie über die Teilnehmenden Ihrer Veranstaltungen sehen.',
        admin: 'Auch als Administratorin oder Administrator: Veranstaltungen und Personen Ihrer Einrichtungen.',
        root: 'Auch als Root: die Daten aller Personen und Veranstaltungen dieses Stud.IP.',
      },
    },
    en: {
      may: 'Reads whatever you may see in Stud.IP, and changes nothing.',
      such: ['Your messages', 'Your files', 'Your courses, dates and the other participants', 'Your profile'],
      forPerms: {
        tutor: 'As a tutor, too: what you see about the participants of your courses.',
        dozent: 'As a lecturer, too: what you see about the participants of your courses.',
        admin: 'As an administrator, too: courses and people of your institutes.',
        root: 'As root, too: the data of all people and courses of this Stud.IP.',
      },
    },
  },
} as const satisfies Scope
