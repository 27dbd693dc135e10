// What can be wrong with the settings, in English and German. `{{x}}` is a value; none of them is secret.

const en = {
  'path-not-studip':
    'STUDIP_PATH is {{path}}, which holds no folder config. Set it to the folder that contains config, lib and public of Stud.IP.',
  'folder-forbidden':
    'This user may not look into the folder {{folder}}, where STUDIP_PATH leads. Let the user of the service in, for example by its group and mode 750.',
  'file-forbidden':
    '{{file}} may not be read by this user. Let the user of the service read it, for example by its group.',
  'file-unreadable':
    '{{file}} cannot be read ({{code}}). Check the file, or leave out STUDIP_PATH and set everything yourself.',
  'file-too-large': '{{file}} is larger than {{most}} bytes, which no configuration needs. Check the file.',
  'file-not-php': '{{file}} is not PHP that can be read (line {{line}}). Check it with: php -l {{file}}',
  'dotenv-equals':
    '{{file}}, line {{line}}: there is no name before the equals sign. Stud.IP stops at this too: correct the line.',
  'dotenv-name':
    '{{file}}, line {{line}}: the name holds other characters than letters, digits, _ and the dot. Stud.IP stops at this too: correct the line.',
  'dotenv-escape':
    '{{file}}, line {{line}}: the value holds a backslash that escapes nothing. Stud.IP stops at this too: write two, or single quotes around the value.',
  'dotenv-white-space':
    '{{file}}, line {{line}}: the value goes on after a blank. Stud.IP stops at this too: put it in quotes.',
  'dotenv-quote': '{{file}}, line {{line}}: a quote is not closed. Stud.IP stops at this too: close it.',
  'env-file-line':
    'Line {{line}} of {{file}} is no setting and is passed over. Write NAME=value, without export, at the beginning of a line that nothing invisible precedes.',
  'env-file-name': '{{name}} in {{file}} is no setting of the service. {{meant}} is probably meant.',
  'env-file-missing':
    'STUDIP_OAUTH2_ENV_FILE is {{file}}, which cannot be read ({{code}}). Correct it, or leave it out.',
  unset:
    'Not set: {{names}}. Set STUDIP_PATH to the folder of Stud.IP, in the environment or in {{file}}; the rest is then read from there.',
  'unset-forbidden':
    'Not set: {{names}}. {{file}}, which may hold them, may not be read by this user: run the command as root or as the user of the service, or set STUDIP_PATH.',
  computed: '${{variable}} is computed by PHP in {{file}}, line {{line}}, and cannot be read here. Set {{instead}}.',
  'not-text': '${{variable}} in {{file}} is not a text in UTF-8 or a whole number. Set {{instead}}.',
  'lifetime-malformed':
    'The lifetime of sessions is {{text}} (from {{source}}), but must be a whole number of seconds above 0. Set SESSION_LIFETIME to what PHP makes of it.',
  'version-unknown': 'The version of Stud.IP is not known. Set STUDIP_VERSION, for example to 6.0, or STUDIP_PATH.',
  'version-unsupported':
    'STUDIP_VERSION is {{text}} (from {{source}}), but Stud.IP 5.2 to 6.x are supported. Write it as 6.0 or 5.4.11.',
  'base-url-unknown':
    'The public URL of Stud.IP is not known. Set BASE_URL, for example to https://studip.example.org/studip/.',
  'base-url-malformed':
    'BASE_URL is {{text}} (from {{source}}), but must be an http(s) URL without login, query and fragment, such as https://studip.example.org/studip/.',
  'assets-url-malformed':
    'ASSETS_URL is {{text}} (from {{source}}), but must be an http(s) URL or a path that starts with /.',
  'database-unknown':
    'The database is not known: neither DATABASE_URL nor $DB_STUDIP_USER and $DB_STUDIP_DATABASE of Stud.IP are set. Set DATABASE_URL.',
  'database-malformed':
    'DATABASE_URL is not of the form mysql://user:password@host:port/database or mysql://user:password@localhost/database?socketPath=/path. Special characters in it must be percent-encoded.',
  'database-parameter': 'DATABASE_URL has a parameter {{name}}, which is none of socketPath, tls and ca.',
  'database-tls':
    'DATABASE_URL asks for TLS in a way that is not known. Write ?tls=required (encrypts only) or ?tls=verify&ca=/path/to/ca.pem (ca may be left out), without socketPath.',
  'database-tls-address':
    'DATABASE_URL has ?tls=verify and the address {{host}}, but a certificate is compared with a name. Write the name that stands in it.',
  'database-authorities': 'DATABASE_URL: {{path}} cannot be read, or holds no certificate in PEM.',
  'keys-unknown': 'The folder of the key files is not known. Set KEYS_PATH or STUDIP_PATH.',
  'address-malformed': '{{name}} is {{text}}, but must be host:port, [IPv6]:port or unix:/path (107 bytes at most).',
  number: '{{name}} is {{text}}, but must be a whole number from {{from}} to {{to}}.',
  word: '{{name}} is {{text}}, but must be one of {{words}}.',
  'cookie-malformed':
    "SESSION_COOKIE is {{text}} (from {{source}}), which is no name of a cookie. Set it to the name of Stud.IP's session cookie.",
  'store-without-path': 'Where Stud.IP keeps its sessions is not known: STUDIP_PATH is not set. {{mend}}',
  'store-unread':
    'Where Stud.IP keeps its sessions cannot be told for certain: its configuration could not be read. {{mend}}',
  'store-computed':
    'Where Stud.IP keeps its sessions cannot be told for certain: {{file}} computes $CACHING_ENABLE or $CACHE_IS_SESSION_STORAGE. {{mend}}',
  'store-included':
    'Where Stud.IP keeps its sessions cannot be told for certain: {{file}} runs code that cannot be read here. {{mend}}',
  'store-mend': 'Set SESSION_STORE to cache if $CACHE_IS_SESSION_STORAGE is on in Stud.IP, else to database.',
} as const

export type FaultKey = keyof typeof en

const de: Readonly<Record<FaultKey, string>> = {
  'path-not-studip':
    'STUDIP_PATH ist {{path}}; dort gibt es keinen Ordner config. Setzen Sie es auf den Ordner, der config, lib und public von Stud.IP enthält.',
  'folder-forbidden':
    'Dieser Benutzer darf nicht in den Ordner {{folder}} sehen, wohin STUDIP_PATH führt. Lassen Sie den Benutzer des Dienstes hinein, etwa über die Gruppe und die Rechte 750.',
  'file-forbidden':
    '{{file}} darf von diesem Benutzer nicht gelesen werden. Lassen Sie den Benutzer des Dienstes die Datei lesen, etwa über ihre Gruppe.',
  'file-unreadable':
    '{{file}} ist nicht lesbar ({{code}}). Prüfen Sie die Datei, oder lassen Sie STUDIP_PATH weg und setzen Sie alles selbst.',
  'file-too-large':
    '{{file}} ist größer als {{most}} Bytes; so viel braucht keine Konfiguration. Prüfen Sie die Datei.',
  'file-not-php': '{{file}} ist kein lesbares PHP (Zeile {{line}}). Prüfen Sie die Datei mit: php -l {{file}}',
  'dotenv-equals':
    '{{file}}, Zeile {{line}}: Vor dem Gleichheitszeichen fehlt ein Name. Auch Stud.IP hält daran an: Berichtigen Sie die Zeile.',
  'dotenv-name':
    '{{file}}, Zeile {{line}}: Der Name enthält andere Zeichen als Buchstaben, Ziffern, _ und Punkt. Auch Stud.IP hält daran an: Berichtigen Sie die Zeile.',
  'dotenv-escape':
    '{{file}}, Zeile {{line}}: Der Wert enthält einen Backslash, der nichts maskiert. Auch Stud.IP hält daran an: Schreiben Sie zwei, oder einfache Anführungszeichen um den Wert.',
  'dotenv-white-space':
    '{{file}}, Zeile {{line}}: Der Wert geht nach einem Leerzeichen weiter. Auch Stud.IP hält daran an: Setzen Sie ihn in Anführungszeichen.',
  'dotenv-quote':
    '{{file}}, Zeile {{line}}: Ein Anführungszeichen ist nicht geschlossen. Auch Stud.IP hält daran an: Schließen Sie es.',
  'env-file-line':
    'Zeile {{line}} von {{file}} ist keine Einstellung und wird übergangen. Schreiben Sie NAME=Wert, ohne export, an den Anfang einer Zeile, vor der nichts Unsichtbares steht.',
  'env-file-name': '{{name}} in {{file}} ist keine Einstellung des Dienstes. Gemeint ist wohl {{meant}}.',
  'env-file-missing':
    'STUDIP_OAUTH2_ENV_FILE ist {{file}}; diese Datei ist nicht lesbar ({{code}}). Berichtigen Sie die Angabe, oder lassen Sie sie weg.',
  unset:
    'Nicht gesetzt: {{names}}. Setzen Sie STUDIP_PATH auf den Ordner von Stud.IP, in der Umgebung oder in {{file}}; das Übrige wird dann von dort gelesen.',
  'unset-forbidden':
    'Nicht gesetzt: {{names}}. {{file}}, worin sie stehen können, darf von diesem Benutzer nicht gelesen werden: Führen Sie den Befehl als root oder als Benutzer des Dienstes aus, oder setzen Sie STUDIP_PATH.',
  computed:
    '${{variable}} wird in {{file}}, Zeile {{line}}, von PHP berechnet und ist hier nicht lesbar. Setzen Sie {{instead}}.',
  'not-text': '${{variable}} in {{file}} ist weder ein Text in UTF-8 noch eine ganze Zahl. Setzen Sie {{instead}}.',
  'lifetime-malformed':
    'Die Lebensdauer der Sitzungen ist {{text}} (aus {{source}}), muss aber eine ganze Zahl von Sekunden über 0 sein. Setzen Sie SESSION_LIFETIME auf das, was PHP daraus macht.',
  'version-unknown':
    'Die Version von Stud.IP ist nicht bekannt. Setzen Sie STUDIP_VERSION, etwa auf 6.0, oder STUDIP_PATH.',
  'version-unsupported':
    'STUDIP_VERSION ist {{text}} (aus {{source}}); unterstützt werden Stud.IP 5.2 bis 6.x. Schreiben Sie sie wie 6.0 oder 5.4.11.',
  'base-url-unknown':
    'Die öffentliche URL von Stud.IP ist nicht bekannt. Setzen Sie BASE_URL, etwa auf https://studip.example.org/studip/.',
  'base-url-malformed':
    'BASE_URL ist {{text}} (aus {{source}}), muss aber eine http(s)-URL ohne Anmeldung, Query und Fragment sein, wie https://studip.example.org/studip/.',
  'assets-url-malformed':
    'ASSETS_URL ist {{text}} (aus {{source}}), muss aber eine http(s)-URL oder ein Pfad sein, der mit / anfängt.',
  'database-unknown':
    'Die Datenbank ist nicht bekannt: Weder DATABASE_URL noch $DB_STUDIP_USER und $DB_STUDIP_DATABASE von Stud.IP sind gesetzt. Setzen Sie DATABASE_URL.',
  'database-malformed':
    'DATABASE_URL hat nicht die Form mysql://benutzer:passwort@host:port/datenbank oder mysql://benutzer:passwort@localhost/datenbank?socketPath=/pfad. Sonderzeichen darin müssen prozentkodiert sein.',
  'database-parameter': 'DATABASE_URL hat einen Parameter {{name}}, der keiner von socketPath, tls und ca ist.',
  'database-tls':
    'DATABASE_URL verlangt TLS auf eine unbekannte Weise. Schreiben Sie ?tls=required (verschlüsselt nur) oder ?tls=verify&ca=/pfad/ca.pem (ca darf fehlen), ohne socketPath.',
  'database-tls-address':
    'DATABASE_URL hat ?tls=verify und die Adresse {{host}}, aber ein Zertifikat wird mit einem Namen verglichen. Schreiben Sie den Namen, der darin steht.',
  'database-authorities': 'DATABASE_URL: {{path}} ist nicht lesbar oder enthält kein Zertifikat in PEM.',
  'keys-unknown': 'Der Ordner der Schlüsseldateien ist nicht bekannt. Setzen Sie KEYS_PATH oder STUDIP_PATH.',
  'address-malformed':
    '{{name}} ist {{text}}, muss aber host:port, [IPv6]:port oder unix:/pfad (höchstens 107 Bytes) sein.',
  number: '{{name}} ist {{text}}, muss aber eine ganze Zahl von {{from}} bis {{to}} sein.',
  word: '{{name}} ist {{text}}, muss aber eines von {{words}} sein.',
  'cookie-malformed':
    'SESSION_COOKIE ist {{text}} (aus {{source}}); so kann kein Cookie heißen. Setzen Sie es auf den Namen von Stud.IPs Sitzungscookie.',
  'store-without-path': 'Wo Stud.IP seine Sitzungen hält, ist nicht bekannt: STUDIP_PATH ist nicht gesetzt. {{mend}}',
  'store-unread':
    'Wo Stud.IP seine Sitzungen hält, ist nicht sicher festzustellen: Seine Konfiguration war nicht lesbar. {{mend}}',
  'store-computed':
    'Wo Stud.IP seine Sitzungen hält, ist nicht sicher festzustellen: {{file}} berechnet $CACHING_ENABLE oder $CACHE_IS_SESSION_STORAGE. {{mend}}',
  'store-included':
    'Wo Stud.IP seine Sitzungen hält, ist nicht sicher festzustellen: {{file}} führt Code aus, der hier nicht lesbar ist. {{mend}}',
  'store-mend':
    'Setzen Sie SESSION_STORE auf cache, wenn in Stud.IP $CACHE_IS_SESSION_STORAGE eingeschaltet ist, sonst auf database.',
}

export type FaultValues = Readonly<Record<string, string | number>>
/** Something that is wrong with the settings. */
export interface SettingFault {
  readonly key: FaultKey
  readonly values: FaultValues
}

/** The sentence for a fault: what is wrong, and what to do. */
export const faultSentence = ({ key, values }: SettingFault, language: 'de' | 'en'): string => {
  const texts = language === 'de' ? de : en
  return texts[key].replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) =>
    name === 'mend' ? texts['store-mend'] : String(values[name] ?? ''),
  )
}
