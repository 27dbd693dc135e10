// German texts of oauth2:doctor: what is wrong, and how to mend it.
import type { doctorEn } from './texts-en.ts'

export const doctorDe: Readonly<Record<keyof typeof doctorEn, string>> = {
  'doctor.describe': 'Die Installation prüfen und sagen, wie sie zu richten ist',
  'doctor.no-round-trip': 'Den Versuch mit einem Wegwerf-Client weglassen',
  'doctor.no-front': 'Keine Anfragen an BASE_URL senden',
  'doctor.healthy': 'Es ist alles in Ordnung.',
  'doctor.faults_one': '{{count}} Fehler. Die Zeile oben sagt, wie er zu beheben ist.',
  'doctor.faults_other': '{{count}} Fehler. Die Zeilen oben sagen, wie sie zu beheben sind.',
  'doctor.settings': 'Einstellungen',
  'doctor.unknown': 'nicht bekannt',
  'doctor.checks': 'Prüfungen',
  'doctor.grants': 'Rechte, die der Datenbankbenutzer braucht, und nicht mehr:',
  'doctor.example': 'Für die Überwachung',
  'doctor.crashed': 'Dies ließ sich nicht prüfen: {{message}}',

  'check.settings': 'Einstellungen',
  'check.transport': 'Verschlüsselung',
  'check.database': 'Datenbank',
  'check.rights': 'Rechte',
  'check.tables': 'Tabellen',
  'check.version': 'Version',
  'check.sessions': 'Sitzungen',
  'check.keys': 'Schlüsseldateien',
  'check.clock': 'Uhr',
  'check.service': 'Dienst',
  'check.front': 'Webserver',
  'check.sign-in': 'Anmelden mit Stud.IP',
  'check.trampoline': 'Rückweg',
  'check.clients': 'Clients',
  'check.pkce': 'PKCE',
  'check.round-trip': 'Durchlauf',

  'doctor.settings.ok': 'Alle Einstellungen sind bekannt.',
  'doctor.transport.ok': 'BASE_URL ist verschlüsselt, oder nur auf diesem Rechner.',
  'doctor.transport.listen':
    'LISTEN ist keine Loopback-Adresse: Wer sie erreicht, kann fälschen, was nginx über eine Anfrage sagt, und mit API_READ=on aus einem Token zum Lesen eines für alles machen. Halten Sie andere mit einer Firewall fern.',
  'doctor.transport.metrics':
    'METRICS_LISTEN ist keine Loopback-Adresse: Wer sie erreicht, kann die Metriken lesen. Halten Sie andere mit einer Firewall fern.',
  'doctor.transport.http':
    'BASE_URL {{url}} ist nicht verschlüsselt: Codes, Tokens und Sitzungen können unterwegs gelesen werden. Richten Sie https ein und ändern Sie BASE_URL.',
  'doctor.database.ok': '{{server}} antwortet unter {{where}}.',
  'doctor.rights.ok': 'Der Benutzer {{user}} hat alle nötigen Rechte.',
  'doctor.rights.missing':
    'Dem Benutzer {{user}} fehlt {{rights}} an {{table}}. Führen Sie die GRANT-Befehle unten mit Administrationsrechten aus.',
  'doctor.tables.ok': 'Die Tabellen haben die Form, die Stud.IP ihnen gibt.',
  'doctor.tables.missing': 'Die Tabelle {{table}} fehlt. {{mend}}',
  'doctor.tables.mend-ours': 'Legen Sie sie mit oauth2:migrate an.',
  'doctor.tables.mend-studip': 'Prüfen Sie, ob DATABASE_URL zur Datenbank von Stud.IP führt.',
  'doctor.tables.column':
    'Die Spalte {{column}} von {{table}} ist {{found}}; Stud.IP legt sie als {{expected}} an. Ändern Sie sie zurück.',
  'doctor.tables.column-missing':
    'Die Spalte {{column}} von {{table}} fehlt. Stud.IP legt sie als {{expected}} an: Ergänzen Sie sie.',
  'doctor.tables.demanded':
    'Die Spalte {{column}} von {{table}} ist keine von Stud.IP und hat keinen Vorgabewert: Es kann keine Zeile dazukommen. Geben Sie ihr einen, oder lassen Sie NULL zu.',
  'doctor.tables.collation':
    'oauth2_refresh_tokens.access_token_id hat die Sortierung {{found}}, oauth2_access_tokens.id hat {{wanted}}: Sie lassen sich nicht vergleichen. Ändern Sie das: ALTER TABLE oauth2_refresh_tokens CONVERT TO CHARACTER SET {{charset}} COLLATE {{wanted}};',
  'doctor.tables.key':
    '{{table}} hat keinen Schlüssel auf {{column}}. Ergänzen Sie ihn: ALTER TABLE {{table}} ADD {{kind}} ({{column}});',
  'doctor.tables.engine':
    '{{table}} wird von {{engine}} gespeichert, das keine Transaktionen kennt. Ändern Sie das: ALTER TABLE {{table}} ENGINE=InnoDB;',
  'doctor.version.ok': 'Stud.IP {{version}}.',
  'doctor.version.branch':
    'Die Einstellungen sagen Stud.IP {{version}}, die Datenbank ist aber die von {{branch}}. Berichtigen Sie STUDIP_VERSION.',
  'doctor.sessions.ok': 'Sitzungen sind, wo die Einstellungen sagen, in der Form von Stud.IP {{major}}.x.',
  'doctor.sessions.none':
    'Es gibt noch keine Sitzungen; deshalb ist nicht zu sehen, ob sie sind, wo die Einstellungen sagen.',
  'doctor.sessions.shape':
    'Die jüngsten Sitzungen haben die Form von Stud.IP {{found}}.x, die Einstellungen sagen aber {{major}}.x. Berichtigen Sie STUDIP_VERSION.',
  'doctor.sessions.undecodable':
    'Keine der jüngsten Sitzungen ist lesbar. Prüfen Sie STUDIP_VERSION, und ob session.serialize_handler auf php steht.',
  'doctor.sessions.cache':
    'Stud.IP hält seine Sitzungen in seinem Cache, und der antwortet. Hineingesehen wurde nicht.',
  'doctor.sessions.in-cache':
    'Stud.IP hält seine Sitzungen im Cache, SESSION_STORE ist aber database. Setzen Sie SESSION_STORE auf cache.',
  'doctor.sessions.in-database':
    'Stud.IP hält seine Sitzungen in session_data, SESSION_STORE ist aber cache. Setzen Sie SESSION_STORE auf database.',
  'doctor.sessions.stale':
    'Keine Sitzung in session_data ist jünger als {{seconds}} Sekunden. Wenn jemand angemeldet ist, hält Stud.IP seine Sitzungen anderswo: Prüfen Sie SESSION_STORE.',
  'doctor.sessions.away':
    'Der Sitzungsspeicher antwortet nicht ({{code}}). Prüfen Sie SYSTEMCACHE in Stud.IP, und ob der Cache läuft.',
  'doctor.keys.ok': 'Die Schlüsseldateien sind brauchbar: RSA mit {{bits}} Bit.',
  'doctor.keys.mode': '{{path}} hat die Rechte {{mode}}. Setzen Sie 660 (oder 600): chmod 660 {{path}}',
  'doctor.keys.others':
    '{{path}} kann auf diesem Rechner jeder lesen (Rechte {{mode}}). Schließen Sie die Datei, und lassen Sie die Gruppe des Webservers (hier www-data) sie weiter lesen: chgrp www-data {{path}} && chmod 660 {{path}}',
  'doctor.keys.group':
    '{{path}} gehört der Gruppe {{group}}, {{other}} aber {{expected}}. PHP und dieser Dienst müssen sie beide lesen: chgrp {{expected}} {{path}}',
  'doctor.keys.decrypt':
    'Was mit encryption_key.php verschlüsselt wurde, lässt sich nicht wieder entschlüsseln. Stellen Sie die Datei aus einer Sicherung wieder her.',
  'doctor.clock.ok': 'Dieser Rechner und die Datenbank haben dieselbe Zeit.',
  'doctor.clock.differs':
    'Die Uhren dieses Rechners und der Datenbank gehen um {{seconds}} Sekunden auseinander. Lassen Sie beide demselben Zeitserver folgen (NTP).',
  'doctor.service.ok': 'Der Dienst ist bereit.',
  'doctor.service.off': 'METRICS_LISTEN ist off; deshalb ist nicht zu sehen, ob der Dienst läuft.',
  'doctor.service.down': 'Der Dienst antwortet nicht unter {{where}}. Starten Sie ihn: systemctl start studip-oauth2',
  'doctor.service.not-ready': 'Der Dienst ist nicht bereit: {{reason}}',
  'doctor.front.ok': 'Anfragen an {{url}} erreichen diesen Dienst, und die Nachbarn erreichen Stud.IP.',
  'doctor.front.unreachable':
    '{{url}} ist von hier aus nicht erreichbar ({{code}}). Berichtigen Sie BASE_URL, oder starten Sie den Webserver.',
  'doctor.front.certificate':
    'Das Zertifikat von {{url}} wird nicht anerkannt ({{code}}). Erneuern Sie es, oder machen Sie seinen Aussteller auf diesem Rechner bekannt.',
  'doctor.front.redirect':
    '{{url}} leitet weiter nach {{location}}. Berichtigen Sie BASE_URL oder die Weiterleitung des Webservers.',
  'doctor.front.guarded':
    '{{url}} weist der Webserver selbst ab (Status {{status}}): durch ein Passwort oder eine Adressliste, an denen Anwendungen scheitern. Verschieben Sie das aus server { } in die Locations von Stud.IP.',
  'doctor.front.not-ours':
    '{{url}} wird nicht von diesem Dienst beantwortet (Status {{status}}). Binden Sie nginx/root.conf oder nginx/sub-path.conf im server { } von Stud.IP ein; kein eigenes return oder rewrite darf davor stehen.',
  'doctor.front.bad-gateway':
    'Der Webserver erreicht den Dienst nicht (Status {{status}}). Vergleichen Sie upstream in nginx/http.conf mit LISTEN.',
  'doctor.front.other-keys':
    '{{url}} wird von einem Dienst mit anderen Schlüsseln beantwortet. Lassen Sie alle Instanzen denselben KEYS_PATH nutzen.',
  'doctor.sign-in.off': 'Wird nicht angeboten: Es gibt keinen oidc.key.',
  'doctor.sign-in.ok': 'Erreichbar als {{issuer}}',
  'doctor.sign-in.api':
    '{{url}} hält ein ID-Token für ein Zugriffstoken. Nehmen Sie oidc.key weg und benachrichtigen Sie die Autoren dieses Dienstes.',
  'doctor.front.other-issuer':
    '{{url}} wird von einem Dienst mit einer anderen BASE_URL beantwortet ({{issuer}}). Lassen Sie alle Instanzen dieselbe BASE_URL nutzen.',
  'doctor.front.neighbour':
    '{{url}} wird von diesem Dienst beantwortet, gehört aber Stud.IP. Binden Sie die Dateien aus nginx/ unverändert ein: Ihr Muster ist verankert.',
  'doctor.front.monitoring':
    '{{url}} antwortet durch den Webserver hindurch. Zustand und Metriken müssen innen bleiben: Entfernen Sie diese location.',
  'doctor.trampoline.ok': 'Die Zeile, die nach der Anmeldung zurückführt, ist da.',
  'doctor.trampoline.impossible':
    'Die Zeile, die nach der Anmeldung zurückführt, lässt sich nicht anlegen ({{code}}); deshalb sehen die Benutzer eine Seite mehr. Vergeben Sie die Rechte an personal_notifications unten.',
  'doctor.clients.ok': 'Die registrierten Redirect-URIs sind sicher.',
  'doctor.clients.redirect':
    'Client {{id}} ({{name}}) hat eine Redirect-URI, die heute nicht mehr registriert werden könnte. {{why}} Die alte funktioniert weiterhin; bitten Sie die Entwickelnden um eine andere.',
  'doctor.clients.secret':
    'Client {{id}} ({{name}}) hat ein Geheimnis, das kein bcrypt-Hash ist und nie passen kann. Geben Sie ihm ein neues: oauth2:client:secret {{id}}',
  'doctor.pkce.ok': 'PKCE_PLAIN ist {{value}}.',
  'doctor.round-trip.failed':
    'Ein Wegwerf-Client konnte nicht {{step}} (Status {{status}}{{detail}}). Das Log des Dienstes sagt mehr.',
  'doctor.step.authorize': 'um Zustimmung bitten',
  'doctor.step.approve': 'genehmigt werden',
  'doctor.step.token': 'ein Token holen',
  'doctor.step.verify': 'sein Token nutzen',
  'doctor.step.refresh': 'sein Token erneuern',
  'doctor.step.revoke': 'sein Token widerrufen',

  'doctor.fix-way-back': 'Die Zeile anlegen, die nach der Anmeldung zurückführt, falls sie fehlt',
  'doctor.create-user': 'Ein eigener Benutzer für den Dienst; am Ende steht ein Passwort Ihrer Wahl:',
  'doctor.skipped': 'Nicht geprüft wegen dessen, was unter {{check}} steht.',
  'doctor.skipped.setting': 'Nicht geprüft: {{names}} ist nicht bekannt.',
  'check.maintenance': 'Wartung',
  'check.failover': 'Ausfall',
  'check.json-api': 'JSON:API',
  'check.api-read': 'Nur lesen',
  'check.grace': 'Nachfrist',
  'doctor.settings.base-url':
    'BASE_URL ist {{own}}, $ABSOLUTE_URI_STUDIP in Stud.IP aber {{theirs}}. Danach richten sich Menschen, Cookies und Tokens: Berichtigen Sie BASE_URL, oder lassen Sie es weg.',
  'doctor.settings.database':
    'DATABASE_URL führt zur Datenbank {{own}}, Stud.IP selbst nutzt aber {{theirs}}. Sind das die Einstellungen eines anderen Stud.IP? Berichtigen Sie DATABASE_URL, oder lassen Sie es weg.',
  'doctor.settings.database-server':
    'DATABASE_URL führt zum Server {{own}}, Stud.IP selbst fragt aber {{theirs}}. Richtig ist das für Knoten eines Clusters oder einen Proxy; sonst berichtigen Sie DATABASE_URL, oder lassen Sie es weg.',
  'doctor.settings.cookie':
    'SESSION_COOKIE ist {{own}}, Stud.IP nennt sein Sitzungscookie aber {{theirs}}; deshalb wird niemand erkannt. Berichtigen Sie SESSION_COOKIE, oder lassen Sie es weg.',
  'doctor.settings.lifetime':
    'SESSION_LIFETIME ist {{own}}, Stud.IPs Sitzungen leben aber {{theirs}} Sekunden. Berichtigen Sie es, oder lassen Sie es weg.',
  'doctor.maintenance.ok': 'Stud.IP ist nicht im Wartungsmodus.',
  'doctor.maintenance.on':
    'Stud.IP ist im Wartungsmodus: Nur root kann sich anmelden oder ein Token nutzen. Schalten Sie MAINTENANCE_MODE_ENABLE aus, wenn Sie fertig sind.',
  'doctor.sessions.both':
    'In session_data gibt es Sitzungen, die jünger als {{seconds}} Sekunden sind, obwohl Sitzungen im Cache liegen. So lange nach einem Wechsel zum Cache ist das richtig; später prüfen Sie SESSION_STORE.',
  'doctor.grace.ok': 'REFRESH_GRACE ist {{seconds}} Sekunden, länger als nginx auf ein Token wartet.',
  'doctor.grace.off':
    'REFRESH_GRACE ist 0: Ein Client, der nach einer verlorenen Antwort noch einmal fragt, gilt als Dieb, und seine Autorisierung endet.',
  'doctor.grace.short':
    'REFRESH_GRACE ist {{seconds}} Sekunden, nginx wartet aber {{wait}} auf eine Antwort: Ein Client, der danach noch einmal fragt, gilt als Dieb. Setzen Sie REFRESH_GRACE über {{wait}}, oder proxy_read_timeout der Token-location darunter.',
  'doctor.service.other':
    'Unter {{where}} antwortet ein anderes Programm (Status {{status}}), nicht dieser Dienst. Beenden Sie es, oder geben Sie METRICS_LISTEN eine andere Adresse.',
  'doctor.front.tls-port':
    '{{url}} fragt mit http an einem Port, der https spricht. Schreiben Sie https:// in BASE_URL.',
  'doctor.front.cookie':
    'Stud.IP setzt das Sitzungscookie {{theirs}}, SESSION_COOKIE ist aber {{own}}; deshalb wird niemand erkannt. Berichtigen Sie SESSION_COOKIE, oder lassen Sie es weg.',
  'doctor.failover.ok':
    'Während keine Instanz dieses Dienstes antwortet, erreichen Token-Anfragen Stud.IPs eigenen Server.',
  'doctor.failover.off':
    'Während keine Instanz dieses Dienstes antwortet, bekommen Token-Anfragen 503. failover-php.conf würde sie zu Stud.IP führen.',
  'doctor.failover.old':
    'Der Webserver beantwortet Übungen dieses Rechners wie andere Anfragen; deshalb ließ sich der Ausfall nicht erproben. Kopieren Sie nginx/ dieser Version, und rufen Sie den Doktor auf dem Webserver selbst auf.',
  'doctor.failover.broken':
    'Während keine Instanz dieses Dienstes antwortet, bekommen Token-Anfragen den Status {{status}} und keine Antwort von Stud.IPs eigenem Server: Apps verwerfen darauf womöglich ihre Tokens. Binden Sie failover-php.conf dieser Version ein, oder failover-off.conf.',
  'doctor.failover.none':
    'Während keine Instanz dieses Dienstes antwortet, bekommen Token-Anfragen gar keine Antwort ({{code}}). Binden Sie failover-php.conf oder failover-off.conf ein.',
  'doctor.json-api.ok': 'Stud.IPs JSON:API nimmt ein Token dieses Dienstes an.',
  'doctor.json-api.refused':
    '{{url}} weist ein gutes Token zurück (401). Vergleichen Sie public.key mit config/oauth2 von Stud.IP, und lassen Sie den Webserver den Header Authorization an PHP weitergeben.',
  'doctor.json-api.missing':
    '{{url}} gibt es nicht (404); deshalb können Apps mit ihren Tokens nichts anfangen. Prüfen Sie, ob die JSON:API von Stud.IP erreichbar ist.',
  'doctor.json-api.failed':
    '{{url}} beantwortet ein gutes Token mit Status {{status}}. Sehen Sie ins Fehlerlog von PHP; eine häufige Ursache sind andere Rechte der Schlüsseldateien als 660 oder 600.',
  'doctor.api-read.off': 'api.read wird nicht angeboten: API_READ ist off.',
  'doctor.api-read.ok':
    'api.read liest durch den Webserver die JSON:API und schreibt nichts; andere Tokens hängen nicht vom Dienst ab.',
  'doctor.api-read.not-asked':
    'API_READ ist on, aber der Webserver fragt den Dienst nicht nach Tokens mit api.read: {{url}} weist sie mit Status {{status}} ab. Binden Sie api-read.conf dieser Version ein, oder setzen Sie API_READ=off; Apache kann es nicht.',
  'doctor.api-read.not-replaced':
    'Der Dienst lässt ein Token mit api.read durch, aber Stud.IP bekommt ein anderes, als er sagt: {{url}} antwortet mit Status {{status}}. Binden Sie api-read-token.conf in die location ein, die das PHP von Stud.IP ausführt oder Anfragen weitergibt, unter deren übrigen Parametern.',
  'doctor.api-read.refused':
    'Der laufende Dienst lässt ein Token mit api.read nicht durch ({{error}}). Starten Sie ihn neu, damit er API_READ=on kennt, und prüfen Sie, ob er Datenbank und Schlüssel dieser Einstellungen hat.',
  'doctor.api-read.writes':
    'Ein Token mit api.read wurde nicht am Schreiben gehindert: {{url}} beantwortet POST mit Status {{status}}. Setzen Sie API_READ=off, bis api-read.conf dieser Version unverändert eingebunden ist.',
  'doctor.api-read.unavailable':
    'Tokens mit api.read bekommen den Status {{status}}: Der Dienst antwortet dem Webserver nicht. Mehr sagen sein Log und das des Webservers.',
  'doctor.api-read.others':
    'Während der Dienst fehlt, bekommt ein JWT unter {{url}} den Status {{status}}: Nach ihm darf nicht gefragt werden. Binden Sie api-read.conf und http.conf dieser Version unverändert ein.',
  'doctor.api-read.away':
    'Während der Dienst fehlt, bekommt ein Token mit api.read unter {{url}} den Status {{status}} statt 503. Binden Sie api-read.conf und http.conf dieser Version unverändert ein.',
  'doctor.api-read.no-drill':
    'Der Webserver beantwortet Übungen dieses Rechners wie andere Anfragen; deshalb sah niemand, was api.read bekommt, während der Dienst fehlt. Rufen Sie den Doktor auf dem Webserver selbst auf.',
  'doctor.api-read.open':
    'Unter {{url}} kann jeder den Dienst um ein JWT mit aller Macht bitten. Setzen Sie API_READ=off, und lassen Sie nichts als api-read.conf zu diesem Pfad führen.',
  'doctor.json-api.nobody': 'Es gibt noch keinen Benutzer; deshalb ließ sich kein Token an der JSON:API erproben.',
  'doctor.json-api.unreachable': '{{url}} ließ sich nicht fragen ({{code}}).',
  'doctor.trampoline.missing':
    'Die Zeile, die nach der Anmeldung zurückführt, gibt es noch nicht; der Dienst legt sie bei der ersten Anmeldung an, --fix-way-back jetzt.',
  'doctor.trampoline.made': 'Die Zeile, die nach der Anmeldung zurückführt, wurde angelegt.',
  'doctor.clients.cors':
    'Öffentliche Clients mit einer https-Adresse ({{names}}) laufen womöglich im Browser, JSONAPI_CORS_ORIGIN von Stud.IP ist aber leer: Ihre Skripte bekommen Tokens und können sie nicht nutzen. Tragen Sie ihre Origins dort ein.',
  'doctor.round-trip.ok':
    'Autorisieren, Token holen, erneuern und widerrufen funktionieren. Was dafür angelegt wurde, ein Client oauth2:doctor mit Codes und Tokens von niemandem, ist wieder gelöscht.',
}
