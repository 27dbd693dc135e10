// German texts of the pages. Vocabulary as on Stud.IP's own pages (contract §11); `{{x}}` is a value, `_one`/`_other` are plurals.

export const de = {
  // Consent
  'consent.title': 'Autorisierungsanfrage',
  'consent.wants': 'Die Anwendung "{{client}}" möchte auf Ihre Daten zugreifen.',
  'consent.by': 'Eine Anwendung außerhalb von Stud.IP, entwickelt durch {{owner}}',
  'consent.outside': 'Eine Anwendung außerhalb von Stud.IP',
  'consent.grants': 'Das erlauben Sie der Anwendung:',
  'consent.new': 'Neu erlauben Sie der Anwendung:',
  'consent.before': 'Das haben Sie ihr schon erlaubt:',
  'told.title': 'Das erfährt die Anwendung über Sie:',
  'told.sub': 'Kennung, an der sie Sie wiedererkennt',
  'told.name': 'Name',
  'told.username': 'Benutzername',
  'told.email': 'E-Mail-Adresse',
  'told.email.unverified': 'noch nicht bestätigt',
  'told.perms': 'Globaler Status',
  'told.locale': 'Sprache',
  'told.picture': 'Bild',
  'told.picture.set': 'das Bild, das Sie hochgeladen haben',
  'told.profile': 'Adresse Ihres Profils',
  'told.updated': 'Letzte Änderung Ihrer Daten',
  'consent.lasts': 'Dauer des Zugriffs',
  'consent.lasts.month':
    'Bis Sie ihn beenden. Von selbst endet er, wenn die Anwendung ihn einen Monat lang nicht nutzt.',
  'consent.lasts.hour': 'Eine Stunde nach jeder Anmeldung.',
  'consent.end': 'Zugriff beenden',
  'consent.end.link': 'Profil, Einstellungen, Drittanwendungen',
  'consent.next': 'Beim nächsten Mal',
  'consent.next.remembered':
    'Wenn Sie "Erlauben" wählen, fragt Stud.IP ein Jahr lang nicht wieder, solange die Anwendung nicht mehr möchte als jetzt.',
  'consent.next.asked': 'Stud.IP fragt Sie wieder.',
  'consent.sentTo': 'Danach werden Sie weitergeleitet zu',
  'consent.device': '{{target}} (ein Programm auf Ihrem Gerät)',
  'consent.app': '{{target}} (eine App auf Ihrem Gerät)',
  'consent.deny': 'Verweigern',
  'consent.allow': 'Erlauben',
  'consent.user': 'Angemeldet als {{name}}',
  'consent.notYou': 'Sind Sie nicht {{name}}? Dann melden Sie sich bitte ab und versuchen es erneut.',
  'formPost.title': 'Zurück zur Anwendung',
  'formPost.text': 'Ihre Antwort kann jetzt an die Anwendung gesendet werden.',
  'formPost.submit': 'Weiter',
  'again.title': 'Bitte melden Sie sich erneut an',
  'again.text':
    'Die Anwendung "{{client}}" möchte sicher sein, dass Sie es sind. Melden Sie sich ab und wieder an, um fortzufahren.',
  'again.submit': 'Abmelden und neu anmelden',
  'signOut.title': 'Von Stud.IP abmelden?',
  'signOut.text':
    'Sie haben sich von der Anwendung "{{client}}" abgemeldet. Möchten Sie sich auch von Stud.IP abmelden?',
  'signOut.textPlain': 'Möchten Sie sich von Stud.IP abmelden?',
  'signOut.submit': 'Abmelden',
  'signOut.stay': 'Angemeldet bleiben',
  'guide.title': 'Anleitung für die Entwicklung von Anwendungen',
  'guide.language':
    'Diese Anleitung gibt es nur auf Englisch. Programme bekommen sie mit "Accept: text/plain" als Markdown.',
  'signedOut.title': 'Abgemeldet',
  'signedOut.text': 'Sie sind von Stud.IP abgemeldet.',
  'signedOut.return': 'Zurück zu {{client}}',
  'client.developedBy': 'Entwickelt durch',
  'client.oddLetters': 'Vorsicht, diese Buchstaben im Namen sind aus einem anderen Alphabet als die übrigen:',

  // Error pages
  'error.request': 'Ungültige Anfrage',
  'error.request.text':
    'Die Anwendung hat eine Anfrage gestellt, die so nicht beantwortet werden kann. Bitte wenden Sie sich an den Anbieter der Anwendung.',
  'error.client': 'Unbekannte Anwendung',
  'error.client.text':
    'Diese Anwendung ist hier nicht (mehr) registriert oder vorübergehend gesperrt. Bitte wenden Sie sich an den Anbieter der Anwendung.',
  'error.redirect': 'Unbekannte Rücksprungadresse',
  'error.redirect.text':
    'Die Anwendung möchte an eine Adresse weiterleiten, die für sie nicht registriert ist. Zu Ihrem Schutz geht es hier nicht weiter.',
  'error.redirect.missing':
    'Die Anwendung hat nicht angegeben, wohin Sie zurückgeleitet werden sollen. Bitte wenden Sie sich an den Anbieter der Anwendung.',
  'error.foreign': 'Formular nicht angenommen',
  'error.foreign.text':
    'Das Formular wurde nicht von einer Seite dieses Stud.IP gesendet. Zu Ihrem Schutz wurde nichts geändert.',
  'error.forbidden': 'Zugriff verweigert',
  'error.forbidden.text': 'Sie haben keine Berechtigung, diese Seite aufzurufen.',
  'error.missing': 'Seite nicht gefunden',
  'error.missing.text': 'Diese Seite gibt es nicht oder nicht mehr.',
  'error.method': 'So nicht aufrufbar',
  'error.method.text':
    'Diese Adresse lässt sich nicht auf diese Weise aufrufen. Bitte nutzen Sie die Schaltflächen der Seiten.',
  'error.form': 'Formular abgelaufen',
  'error.form.text':
    'Das Formular ist abgelaufen oder gehört nicht zu Ihrer aktuellen Anmeldung. Es wurde nichts geändert. Bitte rufen Sie die Seite neu auf und versuchen es erneut.',
  'error.used': 'Bereits beantwortet',
  'error.used.text':
    'Diese Autorisierungsanfrage haben Sie bereits beantwortet. Wenn die Anwendung nicht weiterarbeitet, beginnen Sie dort bitte erneut.',
  'error.large': 'Anfrage zu groß',
  'error.large.text': 'Die gesendeten Daten sind zu umfangreich.',
  'error.often': 'Zu viele Versuche',
  'error.often.text': 'Bitte warten Sie einen Moment und versuchen es dann erneut.',
  'error.setup': 'Fehler in der Einrichtung',
  'error.setup.text': 'Das OAuth2-Setup dieser Stud.IP-Installation ist fehlerhaft.',
  'error.internal': 'Es ist ein Fehler aufgetreten',
  'error.internal.text': 'Das hätte nicht passieren dürfen. Bitte versuchen Sie es später erneut.',
  'error.maintenance': 'Wartungsmodus',
  'error.maintenance.text': 'Das System befindet sich im Wartungsmodus. Zur Zeit ist kein Zugriff möglich.',
  'error.unavailable': 'Zur Zeit nicht erreichbar',
  'error.unavailable.text':
    'Die Datenbank antwortet gerade nicht. Bitte versuchen Sie es in wenigen Augenblicken erneut.',
  'error.loop': 'Anmeldung nicht erkannt',
  'error.loop.text':
    'Ihre Anmeldung bei Stud.IP ist hier nicht angekommen. Bitte melden Sie sich in Stud.IP ab und wieder an und beginnen Sie dann in der Anwendung erneut. Hilft das nicht, wenden Sie sich an den Support Ihres Stud.IP und nennen Sie die Vorgangsnummer.',
  'error.login': 'Bitte melden Sie sich an',
  'error.login.text':
    'Um fortzufahren, melden Sie sich bitte zuerst in Stud.IP an. Kehren Sie danach zu dieser Seite zurück und klicken auf "Weiter".',
  'error.login.open': 'Bei Stud.IP anmelden (öffnet einen neuen Tab)',
  'error.login.continue': 'Weiter',
  'error.form.again': 'Neu beginnen',
  'error.detail': 'Einzelheiten für Entwickelnde',
  'error.detail.error': 'OAuth-Fehler',
  'error.detail.parameter': 'Parameter',
  'error.detail.client': 'client_id, wie gesendet',
  'error.detail.redirectUri': 'redirect_uri, wie gesendet',
  'error.detail.log': 'Wer dieses Stud.IP betreibt, findet diese Anfrage im Log unter {{reference}}.',
  'advice.once': 'Senden Sie client_id, und redirect_uri höchstens einmal.',
  'advice.client':
    'Vergleichen Sie client_id mit der Nummer, die die Administration dieses Stud.IP sieht. Die Anwendung kann gesperrt sein.',
  'advice.missing': 'Senden Sie redirect_uri: Sie darf nur fehlen, wenn genau eine registriert ist.',
  'advice.exactly':
    'Lassen Sie genau diese redirect_uri registrieren, oder senden Sie eine registrierte. Jedes Zeichen zählt, auch ein Schrägstrich am Ende und der Query-Teil.',
  'advice.loopback':
    'Lassen Sie genau diese redirect_uri mit ihrem Port registrieren. Oder registrieren und senden Sie http://127.0.0.1 statt localhost: Dort darf der Port abweichen (RFC 8252).',
  'error.reference': 'Vorgang {{reference}}',
} as const
