// German texts of the pages for those who ask for a client, and for root who answers.
export const deRequests = {
  'requests.title': 'OAuth2-Clients beantragen',
  'requests.intro':
    'Sie entwickeln eine Anwendung für Stud.IP? Hier beantragen Sie dafür einen OAuth2-Client. Er funktioniert, sobald die Administration ihn freigegeben hat.',
  'requests.full_one':
    'Sie haben {{count}} offenen Antrag. Bevor Sie einen weiteren stellen, muss er entschieden sein oder zurückgezogen werden.',
  'requests.full_other':
    'Sie haben {{count}} offene Anträge. Bevor Sie einen weiteren stellen, muss einer davon entschieden sein oder zurückgezogen werden.',
  'requests.mayNot': 'Mit Ihrem globalen Status in Stud.IP können Sie keinen OAuth2-Client beantragen.',
  'requests.add': 'OAuth2-Client beantragen',
  'requests.add.intro':
    'Die Administration sieht diese Angaben mit Ihrem Namen und entscheidet darüber. Was Nutzende von Ihrer Anwendung sehen, ist der Name, die Beschreibung und wer sie entwickelt.',
  'requests.submit': 'Beantragen',
  'requests.failed': 'Der Antrag wurde noch nicht gestellt.',
  'requests.purpose': 'Wozu wird der OAuth2-Client gebraucht?',
  'requests.purpose.hint': 'Zum Beispiel: wer die Anwendung nutzt, was sie in Stud.IP liest oder ändert, wo sie läuft.',
  'requests.askedAt': 'Beantragt',
  'requests.decidedAt': 'Entschieden',
  'requests.reason': 'Begründung',
  'requests.state.open': 'beantragt',
  'requests.state.approved': 'freigegeben',
  'requests.state.rejected': 'abgelehnt',
  'requests.state.withdrawn': 'zurückgezogen',
  'requests.state.suspended': 'gesperrt',
  'requests.withdraw': 'Zurückziehen',
  'requests.withdraw.title': '"{{name}}" zurückziehen',
  'requests.withdraw.page': 'OAuth2-Client zurückziehen',
  'requests.withdraw.confirm': 'Wollen Sie "{{name}}" wirklich zurückziehen?',
  'requests.withdraw.undecided': 'Der Antrag wird gelöscht.',
  'requests.withdraw.approved':
    'Der OAuth2-Client ist freigegeben. Er wird gesperrt, und niemand kann die Anwendung mehr nutzen, bis die Administration ihn erneut freigibt.',
  'decide.title_one': '{{count}} beantragter OAuth2-Client',
  'decide.title_other': '{{count}} beantragte OAuth2-Clients',
  'decide.more_one': 'Ein weiterer Antrag erscheint, sobald über diese entschieden ist.',
  'decide.more_other': '{{count}} weitere Anträge erscheinen, sobald über diese entschieden ist.',
  'decide.askedBy': 'Beantragt von',
  'decide.refused':
    'Wer dies beantragt hat, ist in Stud.IP gesperrt, abgelaufen oder gelöscht: Der Antrag kann nur abgelehnt werden.',
  'decide.approve': 'Freigeben',
  'decide.approve.title': 'OAuth2-Client "{{name}}" freigeben',
  'decide.reject': 'Ablehnen',
  'decide.reject.title': 'Antrag auf "{{name}}" ablehnen',
  'decide.reject.page': 'Antrag ablehnen',
  'decide.reject.confirm': 'Sie lehnen "{{name}}" ab, beantragt von {{username}}.',
  'decide.reason.hint': 'Wer den Antrag gestellt hat, liest diese Begründung.',
  'notice.requested':
    'Der OAuth2-Client ist beantragt. Er funktioniert, auch mit dem client_secret, erst nach der Freigabe.',
  'notice.approved': 'Der OAuth2-Client "{{name}}" wurde freigegeben.',
  'notice.rejected': 'Der Antrag auf "{{name}}" wurde abgelehnt.',
  'notice.withdrawn': '"{{name}}" wurde zurückgezogen.',
  'notice.decidedBefore':
    'Nichts wurde geändert: Über "{{name}}" wurde schon entschieden, oder der Antrag wurde zurückgezogen.',
  'notice.askerRefused':
    '"{{name}}" wurde nicht freigegeben: Wer den Antrag gestellt hat, ist in Stud.IP gesperrt, abgelaufen oder gelöscht. Der Antrag bleibt offen.',
} as const
