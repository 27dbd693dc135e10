// German texts of the command line. Wording of oauth2:keys and oauth2:purge as in Stud.IP (contract §12).
import type { en } from './texts-en.ts'

export const de: Readonly<Record<keyof typeof en, string>> = {
  usage: 'Aufruf: $0 <Befehl> [Optionen]',
  epilogue:
    'Einstellungen kommen aus der Umgebung, aus .env und aus den Dateien von Stud.IP; siehe docs/operations.md.',
  'option.json': 'JSON für Skripte',
  'option.force': 'Nicht nachfragen',
  'option.quiet': 'Nur Fehler ausgeben',
  'option.no-ansi': 'Keine Farben',
  'option.no-interaction': 'Nichts fragen',
  'option.dry-run': 'Nur zeigen, was geschehen würde',
  'list.describe': 'Übersicht aller Befehle',
  'completion.describe': 'Skript für die Shell, das Befehle und Optionen vervollständigt',

  'completion.example': 'In jeder neuen Shell vervollständigen',
  'keys.describe': 'Schlüsseldateien des OAuth2-Servers anlegen',
  'keys.force':
    'Vorhandene Schlüsseldateien ersetzen; damit enden alle Codes und Tokens. Mit --oidc nur dessen Schlüssel; damit endet keines',
  'keys.bits': 'Länge des RSA-Schlüssels',
  'keys.primes': '4 signiert dreimal so schnell, braucht 4096 Bit und den Befehl openssl',
  'keys.oidc':
    'Den Schlüssel für "Anmelden mit Stud.IP" (oidc.key) neben den anderen anlegen, die bleiben, wie sie sind',
  'keys.oidc.size': '--oidc legt einen Schlüssel von 3072 Bit an; --bits und --primes gelten dafür nicht.',
  'keys.oidc.example': 'Andere Anwendungen mit Stud.IP anmelden lassen',
  'keys.oidc.exist':
    'Einen Schlüssel für "Anmelden mit Stud.IP" gibt es bereits: {{paths}}. Er bleibt, wie er ist. Um ihn zu ersetzen: --force. Dabei endet kein Code und kein Token, und Anwendungen holen sich den neuen Schlüssel von selbst.',
  'keys.oidc.done': 'Der Schlüssel für "Anmelden mit Stud.IP" wurde angelegt. Der Dienst findet ihn von selbst.',
  'keys.done': 'Schlüsseldateien erfolgreich angelegt.',
  'keys.exist':
    'Schlüsseldateien liegen bereits vor: {{paths}}. Sie bleiben, wie sie sind. Um sie alle zu ersetzen, womit jeder Code und jedes Token endet: --force.',
  'keys.some-exist':
    '{{missing}} fehlt, {{paths}} aber ist da. Stellen Sie die Datei aus der Sicherung wieder her. Nur wenn es keine gibt, legt --force neue Schlüsseldateien an; damit endet jeder Code und jedes Token.',
  'keys.example': 'Ein Schlüssel, der schneller signiert',

  'purge.describe': 'Abgelaufene und widerrufene Codes und Tokens löschen',
  'purge.revoked': 'Alles Widerrufene, außer dem der letzten zehn Minuten',
  'purge.expired': 'Alles, was seit mindestens 7 Tagen abgelaufen ist',
  'purge.batch': 'Zeilen je Transaktion, höchstens; weniger, solange die Datenbank langsam ist',
  'purge.pause': 'Millisekunden zwischen zwei Transaktionen, mindestens; 0 für keine Pause',
  'purge.intro':
    'Entfernt wird alles, was seit mindestens 7 Tagen widerrufen oder abgelaufen ist, und was durch neue Tokens ersetzt wurde.',
  'purge.intro-revoked': 'Entfernt wird alles Widerrufene.',
  'purge.intro-expired': 'Entfernt wird alles, was seit mindestens 7 Tagen abgelaufen ist.',
  'purge.intro-both': 'Entfernt wird alles Widerrufene und alles, was seit mindestens 7 Tagen abgelaufen ist.',
  'purge.done': 'Entfernt: {{codes}} Autorisierungscodes, {{access}} Access-Tokens, {{refresh}} Refresh-Tokens.',
  'purge.would':
    'Entfernt würden: {{codes}} Autorisierungscodes, {{access}} Access-Tokens, {{refresh}} Refresh-Tokens.',
  'purge.stopped': 'Vorzeitig beendet. Ein weiterer Aufruf entfernt den Rest.',
  'purge.example': 'Was würde gelöscht?',
  'purge.example-gentle': 'Behutsam, neben einem belasteten Dienst',

  'serve.describe': 'Den Dienst betreiben',
  'serve.example': 'An einem Socket für nginx lauschen',

  'migrate.describe': 'Die Tabellen des OAuth2-Servers anlegen, wo Stud.IP es nicht getan hat',
  'migrate.done_one': '{{count}} Migration wurde ausgeführt.',
  'migrate.done_other': '{{count}} Migrationen wurden ausgeführt.',
  'migrate.nothing': 'Es ist nichts zu tun.',
  'migrate.would': 'Ausgeführt würden: {{names}}.',

  'clients.describe': 'Die registrierten Clients auflisten',
  'clients.search': 'Nur solche mit passender ID, passendem Namen, Entwickler oder Redirect-URI',
  'clients.page': 'Seite, ab 1',
  'clients.page-size': 'Clients je Seite',
  'clients.none': 'Keine Clients.',
  'clients.of': '{{shown}} von {{total}} Clients, Seite {{page}}.',
  'clients.example': 'Einen Client finden',
  'clients.requested': 'Die beantragten, die auf eine Antwort warten, die ältesten zuerst',
  'clients.requested.example': 'Was auf eine Antwort wartet',
  'clients.requested.none': 'Niemand wartet auf eine Antwort.',
  'clients.requested.of': '{{shown}} von {{total}} Anträgen.',
  'clients.odd-letters':
    'Client {{id}}: Vorsicht, diese Buchstaben im Namen sind aus einem anderen Alphabet als die übrigen: {{letters}}',
  'clients.waiting_one': '{{count}} Antrag wartet auf eine Antwort: oauth2:clients --requested',
  'clients.waiting_other': '{{count}} Anträge warten auf eine Antwort: oauth2:clients --requested',
  'client.request.unknown': 'Niemand hat einen Client {{id}} beantragt. Die Anträge zeigt oauth2:clients --requested.',
  'client.request.decided':
    'Über den Antrag auf Client {{id}} wurde gerade entschieden, oder er wurde zurückgezogen. Sehen Sie noch einmal nach.',
  'client.approve.describe': 'Einen beantragten Client freigeben: Ab dann funktioniert er',
  'client.approve.example': 'Nach einem Blick auf seine Redirect-URIs',
  'client.approve.done': 'Der Client ist freigegeben.',
  'client.approve.already': 'Der Client war schon freigegeben.',
  'client.approve.refused':
    '{{username}} hat Client {{id}} beantragt, kennt sein Geheimnis und ist in Stud.IP gesperrt, abgelaufen oder gelöscht. Lehnen Sie ihn ab oder lassen Sie die Person zuerst entsperren.',
  'client.reject.describe': 'Einen beantragten Client ablehnen',
  'client.reject.example': 'Mit einer Begründung, die die Person liest',
  'client.reject.reason': 'Warum, in einer Zeile; die Person liest es',
  'client.reject.missing': '--reason braucht einen Text: Die Person liest ihn.',
  'client.reject.too-long': '--reason nimmt höchstens {{limit}} Zeichen.',
  'client.reject.unstorable': '--reason enthält Zeichen, die die Datenbank nicht speichern kann.',
  'client.reject.approved':
    'Client {{id}} ist freigegeben. oauth2:client:suspend hält ihn an, oauth2:client:delete entfernt ihn.',
  'client.reject.done': 'Der Antrag ist abgelehnt.',
  'client.reject.already': 'Der Antrag war schon abgelehnt.',
  'column.asked-by': 'beantragt von',
  'column.asked-at': 'beantragt',
  'column.purpose': 'Zweck',

  'client.id': 'ID des Clients',
  'client.add.describe': 'Einen Client registrieren',
  'client.add.name': 'Name, den die Benutzer sehen',
  'client.add.redirect': 'Redirect-URI; kann wiederholt werden',
  'client.add.public': 'Ein öffentlicher Client, der kein Geheimnis hat',
  'client.add.description': 'Wozu er dient',
  'client.add.owner': 'Wer ihn entwickelt',
  'client.add.homepage': 'Homepage der Entwickelnden',
  'client.add.notes': 'Notizen für die Administration',
  'client.add.allow-insecure-redirect': 'Redirect-URIs annehmen, die nicht sicher sind',
  'client.add.fixed-port':
    '{{uri}} gilt nur mit diesem Port. Eine Anwendung, die einen freien Port nimmt, braucht stattdessen http://127.0.0.1/…',
  'client.add.done': 'Der Client wurde mit der ID {{id}} registriert.',
  'client.add.secret': 'Client-Secret: {{secret}} (es wird nur dieses eine Mal gezeigt und nur als Hash gespeichert)',
  'client.add.example': 'Ein öffentlicher Client, etwa eine App',
  'client.add.example-confidential': 'Ein vertraulicher Client, der ein Geheimnis bekommt',
  'client.delete.describe': 'Einen Client mit allen seinen Tokens löschen',
  'client.delete.question':
    'Client {{id}} ({{name}}) mit allen seinen Tokens löschen? Das lässt sich nicht rückgängig machen.',
  'client.delete.done_one': 'Der Client wurde gelöscht; {{count}} Autorisierung endete.',
  'client.delete.done_other': 'Der Client wurde gelöscht; {{count}} Autorisierungen endeten.',
  'client.suspend.describe': 'Einen Client sperren: Seine Tokens gelten nicht, bis er entsperrt wird',
  'client.suspend.done': 'Der Client ist gesperrt.',
  'client.suspend.already': 'Der Client war bereits gesperrt.',
  'client.resume.describe': 'Einen gesperrten Client entsperren',
  'client.resume.done': 'Der Client ist nicht mehr gesperrt.',
  'client.resume.already': 'Der Client war nicht gesperrt.',
  'client.secret.describe': 'Einem vertraulichen Client ein neues Geheimnis geben',
  'client.secret.question': 'Client {{id}} ({{name}}) ein neues Geheimnis geben? Das alte gilt sofort nicht mehr.',
  'client.secret.done': 'Der Client hat ein neues Geheimnis.',
  'client.secret.public':
    'Client {{id}} ist öffentlich und hat kein Geheimnis. Registrieren Sie stattdessen mit oauth2:client:add einen vertraulichen.',
  'client.unknown': 'Es gibt keinen Client {{id}}. oauth2:clients listet alle auf.',

  'grants.describe': 'Autorisierungen der Benutzer auflisten oder widerrufen',
  'grants.user': 'Die dieses Benutzers: Benutzername oder ID',
  'grants.client': 'Die dieses Clients: ID',
  'grants.grant': 'Diese Autorisierung: ID',
  'grants.revoke': 'Widerrufen',
  'grants.which': 'Sagen Sie, welche Autorisierungen: genau eine der Optionen --user, --client und --grant.',
  'grants.none': 'Keine Autorisierungen.',
  'grants.unknown-user': 'Es gibt keinen Benutzer {{user}}.',
  'grants.question_one': '{{count}} Autorisierung widerrufen? Ihre Tokens gelten sofort nicht mehr.',
  'grants.question_other': '{{count}} Autorisierungen widerrufen? Ihre Tokens gelten sofort nicht mehr.',
  'grants.done_one': '{{count}} Autorisierung wurde widerrufen.',
  'grants.done_other': '{{count}} Autorisierungen wurden widerrufen.',
  'grants.example': 'Die Verbindung eines verlorenen Geräts beenden',
  'person.user': 'Benutzername oder ID der Person',
  'person.export.describe': 'Gibt heraus, was über eine Person gespeichert ist',
  'person.export.example': 'In eine Datei',
  'person.delete.describe': 'Löscht, was über eine Person gespeichert ist; ihre Verbindungen enden',
  'person.delete.example': 'Nach Benutzer-ID, die es in Stud.IP nicht mehr geben muss',
  'person.delete.question':
    'Alle Codes und Tokens von {{userId}} löschen? Die Verbindungen dieser Person enden sofort.',
  'person.delete.done':
    'Gelöscht: {{codes}} Autorisierungscodes, {{access}} Access-Tokens, {{refresh}} Refresh-Tokens; Anträge auf {{clients}} Clients. Von dieser Person ist nichts mehr da.',
  'person.ambiguous':
    '{{user}} ist die ID einer Person und der Benutzername einer anderen. Nennen Sie den Benutzernamen der einen oder die ID der anderen: {{ids}}.',
  'grants.first': 'Die ersten {{count}}.',

  'migrate.example': 'Was würde angelegt?',
  'client.delete.example': 'Eine Anwendung endgültig entfernen',
  'client.suspend.example': 'Eine Anwendung eine Weile anhalten',
  'client.resume.example': 'Sie wieder arbeiten lassen',
  'client.secret.example': 'Nachdem ein Geheimnis bekannt wurde',
  'grants.more': 'Die Autorisierungen selbst: --client, --user oder --grant.',
  'grants.example-overview': 'Welche Anwendungen haben wie viele',

  'column.id': 'ID',
  'column.name': 'Name',
  'column.type': 'Art',
  'column.grants': 'Autorisierungen',
  'column.used': 'Zuletzt genutzt',
  'column.state': 'Zustand',
  'column.redirect': 'Redirect-URIs',
  'column.grant': 'Autorisierung',
  'column.user': 'Benutzer',
  'column.client': 'Client',
  'column.connected': 'Verbunden',
  'type.public': 'öffentlich',
  'type.confidential': 'vertraulich',
  'state.active': 'aktiv',
  'state.suspended': 'gesperrt',

  'question.hint': '[j/N]',
  'question.refused': 'Es wurde nichts geändert.',
  'question.force': 'Das lässt sich nicht rückgängig machen. Mit --force geschieht es ohne Rückfrage.',

  'word.ok': 'OK',
  'word.error': 'FEHLER',
  'word.warning': 'WARNUNG',
  'fault.unknown-command': 'Einen Befehl {{word}} gibt es nicht.',
  'fault.meant': 'Meinten Sie {{meant}}?',
  'fault.help': 'Hilfe gibt --help.',
  'fault.repeated': '--{{option}} ist mehr als einmal angegeben',
  'fault.unclear': '--{{option}} nimmt true oder false, oder keinen Wert',
  'fault.number': '--{{option}} muss eine ganze Zahl von {{from}} bis {{to}} sein.',
  'fault.settings_one': 'Eine Einstellung ist falsch:',
  'fault.settings_other': '{{count}} Einstellungen sind falsch:',
  'fault.away':
    'Die Datenbank unter {{where}} antwortet nicht ({{code}}). Starten Sie sie, oder berichtigen Sie DATABASE_URL.',
  'fault.output':
    'Die Ausgabe lässt sich nicht schreiben ({{code}}): Was sie gesagt hätte, ist verloren, was getan wurde, nicht.',
  'fault.connections':
    'Die Datenbank unter {{where}} hat keine Verbindung mehr frei ({{code}}). Versuchen Sie es noch einmal, und erhöhen Sie max_connections, wenn das öfter geschieht: docs/operations.md, Size.',
  'fault.read-only':
    'Die Datenbank unter {{where}} liest zur Zeit nur ({{code}}). Lassen Sie sie wieder schreiben, oder lassen Sie DATABASE_URL auf die zeigen, die schreibt.',
  'fault.locked':
    'In der Datenbank unter {{where}} ist belegt, was hier gebraucht wird ({{code}}). Versuchen Sie es noch einmal; SHOW FULL PROCESSLIST sagt, wer es belegt.',
  'fault.disk': 'Die Datenbank unter {{where}} hat keinen Platz mehr ({{code}}). Schaffen Sie Platz auf ihrer Platte.',
  'fault.cluster':
    'Die Datenbank unter {{where}} ist kein arbeitender Teil ihres Clusters ({{code}}). Holen Sie sie in den Cluster zurück, oder lassen Sie DATABASE_URL auf einen zeigen, der es ist.',
  'fault.blocked':
    'Die Datenbank unter {{where}} lässt diesen Rechner nach zu vielen gescheiterten Verbindungen nicht mehr zu ({{code}}). Führen Sie dort FLUSH HOSTS aus.',
  'fault.login':
    'Die Datenbank weist den Benutzer {{user}} ab: Name oder Passwort ist falsch. Berichtigen Sie DATABASE_URL oder die Zugangsdaten in config_local.inc.php.',
  'fault.no-database':
    'Auf diesem Server gibt es keine Datenbank {{database}}, oder der Benutzer {{user}} darf sie nicht nutzen. Berichtigen Sie DATABASE_URL, oder vergeben Sie die Rechte, die oauth2:doctor ausgibt.',
  'fault.no-table': 'Die Tabelle {{table}} fehlt. Prüfen Sie, ob die Datenbank {{database}} die von Stud.IP ist.',
  'fault.no-oauth2-table': 'Die Tabelle {{table}} fehlt. Legen Sie sie mit oauth2:migrate an.',
  'fault.no-right':
    'Dem Benutzer {{user}} fehlt ein Recht an {{table}}. Vergeben Sie die Rechte, die oauth2:doctor ausgibt.',
  'fault.unexpected': 'Etwas Unerwartetes ist geschehen: {{message}}',
  'fault.registration': 'Der Client kann so nicht registriert werden:',

  'registration.missing': '--{{option}} fehlt.',
  'registration.too-long': '--{{option}} ist zu lang.',
  'registration.unstorable':
    '--{{option}} kann nicht gespeichert werden: Die Zeichen gibt es in der Tabelle oauth2_clients nicht, oder es ist zu lang. Tabellen von Stud.IP sind utf8mb4.',
  'registration.malformed': '--{{option}} ist nicht wohlgeformt.',
  'registration.redirect.no-scheme': '{{uri}} ist keine absolute URI. Sie muss mit https:// anfangen.',
  'registration.redirect.fragment': '{{uri}} hat ein Fragment. Lassen Sie # und alles danach weg.',
  'registration.redirect.userinfo': '{{uri}} enthält einen Benutzernamen. Lassen Sie ihn weg.',
  'registration.redirect.white-space': '{{uri}} enthält Leerraum oder unsichtbare Zeichen. Lassen Sie sie weg.',
  'registration.redirect.comma': '{{uri}} enthält ein Komma, das Stud.IP nicht speichern kann. Schreiben Sie %2C.',
  'registration.redirect.dangerous-scheme':
    '{{uri}} hat ein Schema, das Browser ausführen oder lokal öffnen. Nehmen Sie https.',
  'registration.redirect.wildcard':
    '{{uri}} enthält ein *, das hier für nichts anderes steht. Nennen Sie jede Adresse vollständig.',
  'registration.redirect.port':
    '{{uri}} hat keinen brauchbaren Port. Lassen Sie ihn weg: 127.0.0.1 und [::1] gelten mit jedem Port.',
  'registration.redirect.dot-segment':
    '{{uri}} enthält . oder .. als Teil des Pfades. Schreiben Sie sie so, wie Browser sie zeigen.',
  'registration.redirect.response-parameter':
    '{{uri}} enthält einen Parameter, den erst die Antwort hinzufügt, etwa code oder state. Lassen Sie ihn weg.',
  'registration.redirect.insecure-http':
    '{{uri}} ist nicht verschlüsselt. Nehmen Sie https, oder --allow-insecure-redirect, wenn Sie wissen, warum.',
  'registration.redirect.scheme-without-dot':
    '{{uri}} hat ein Schema ohne Punkt, das niemandem gehört. Nehmen Sie com.example.app:/callback, oder --allow-insecure-redirect, wenn Sie wissen, warum.',
  'registration.redirect.non-ascii':
    '{{uri}} enthält Buchstaben, die es in Adressen nicht gibt. Schreiben Sie sie so, wie die Anwendung sie sendet: eine Domain als xn--…, einen Pfad mit %C3%BC für ü.',
  'registration.redirect.malformed': '{{uri}} ist nicht wohlgeformt.',
  'registration.redirect.too-long': '{{uri}} ist zu lang.',
}
