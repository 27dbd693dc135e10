// Everything that the user may do: Stud.IP's API checks no scope, so whoever speaks its formats has this one (contract §8.1).
import type { Scope } from './scope.ts'

export const api = {
  name: 'api',
  isOffered: () => true,
  format: 'league',
  isRenewable: true,
  words: {
    de: {
      may: 'Darf in Ihrem Namen alles, was Sie in Stud.IP dürfen.',
      such: [
        'Nachrichten lesen, schreiben und löschen',
        'Dateien lesen, hochladen, ändern und löschen',
        'Ihre Veranstaltungen, Termine und die Teilnehmenden sehen und dort Beiträge schreiben',
        'Ihr Profil lesen und ändern',
      ],
      forPerms: {
        tutor: 'Auch als Tutorin oder Tutor: Inhalte und Teilnehmende Ihrer Veranstaltungen verwalten.',
        dozent: 'Auch als Lehrende oder Lehrender: Ihre Veranstaltungen, deren Inhalte und Teilnehmende verwalten.',
        admin:
          'Auch als Administratorin oder Administrator: Veranstaltungen und Personen Ihrer Einrichtungen verwalten.',
        root: 'Auch als Root: Daten aller Personen und Veranstaltungen und die Einstellungen dieses Stud.IP lesen und ändern.',
      },
    },
    en: {
      may: 'May do in your name whatever you may do in Stud.IP.',
      such: [
        'Read, write and delete messages',
        'Read, upload, change and delete files',
        'See your courses, dates and the other participants, and write posts there',
        'Read and change your profile',
      ],
      forPerms: {
        tutor: 'As a tutor, too: manage contents and participants of your courses.',
        dozent: 'As a lecturer, too: manage your courses, their contents and their participants.',
        admin: 'As an administrator, too: manage courses and people of your institutes.',
        root: 'As root, too: read and change the data of all people and courses, and the settings of this Stud.IP.',
      },
    },
  },
} as const satisfies Scope
