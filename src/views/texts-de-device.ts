// German texts of the pages for devices.
export const deDevice = {
  'device.title': 'Gerät verbinden',
  'device.unknown':
    'Mit diesem Code wartet kein Gerät. Vergleichen Sie ihn mit dem Gerät oder beginnen Sie dort von vorn: Ein Code gilt zehn Minuten und nur einmal.',
  'device.code': 'Code, den das Gerät anzeigt',
  'device.hint': 'Kleinbuchstaben, Leerzeichen und Striche machen keinen Unterschied.',
  'device.continue': 'Weiter',
  'device.warning':
    'Fahren Sie nur fort, wenn Sie dies selbst begonnen haben und das Gerät vor Ihnen denselben Code anzeigt. Niemand von Stud.IP schickt Ihnen je einen Code oder bittet Sie, einen einzugeben.',
  'device.compare': 'Zeigt das Gerät diesen Code?',
  'device.qr': 'Lieber auf dem Telefon antworten? Diese Seite als QR-Code zeigen',
  'device.from': 'Angefragt von dem Gerät mit der Adresse',
  'device.allowed': 'Die Anwendung "{{client}}" darf jetzt auf Ihr Konto zugreifen. Sie können zum Gerät zurückkehren.',
  'device.denied': 'Der Anwendung "{{client}}" wurde der Zugriff verweigert. Sie können diese Seite schließen.',
}
