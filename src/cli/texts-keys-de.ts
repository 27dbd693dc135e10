// German sentences for faults of key files; the English ones stand beside the faults.
import type { KeyFault } from '../crypto/key-fault.ts'

const backup = 'Stellen Sie die Datei aus der Sicherung wieder her.'
const onlyThen =
  'Nur wenn es keine gibt: oauth2:keys --force legt neue Schlüsseldateien an; damit endet jeder Code und jedes Token.'
const derived = 'oder erzeugen Sie sie neu: openssl pkey -in {other} -pubout -out {path}'

export const keyFaultsDe: Readonly<Record<KeyFault, string>> = {
  'missing-all':
    'In {path} gibt es keine Schlüsseldateien. Legen Sie sie mit oauth2:keys an, oder setzen Sie KEYS_PATH auf den Ordner, der sie enthält.',
  missing: `{path} existiert nicht, andere Schlüsseldateien aber schon. ${backup} ${onlyThen}`,
  'missing-public': `{path} existiert nicht, andere Schlüsseldateien aber schon. Stellen Sie die Datei aus der Sicherung wieder her, ${derived}`,
  forbidden:
    '{path} darf von diesem Benutzer nicht gelesen werden. Setzen Sie die Rechte 660 und die Gruppe des Webservers.',
  unreadable: `{path} ist nicht lesbar ({code}). ${backup}`,
  'too-large': `{path} ist größer als {most} Bytes; so groß ist keine Schlüsseldatei. ${backup}`,
  passphrase: '{path} ist durch ein Passwort geschützt. Speichern Sie den Schlüssel ohne, auch Stud.IP braucht ihn so.',
  'not-private': `{path} ist kein privater Schlüssel im Format PEM. ${backup} ${onlyThen}`,
  'not-public': `{path} ist kein öffentlicher Schlüssel im Format PEM. Stellen Sie die Datei aus der Sicherung wieder her, ${derived}`,
  'private-as-public':
    '{path} enthält einen privaten Schlüssel. Ersetzen Sie ihn durch den öffentlichen. Wenn andere ihn lesen konnten, ist keinem Token mehr zu trauen: Legen Sie neue Schlüsseldateien an.',
  'not-rsa': `{path} ist kein RSA-Schlüssel ({type}); Stud.IP kann ihn nicht nutzen. Stellen Sie den richtigen aus der Sicherung wieder her. ${onlyThen}`,
  'too-short': `{path} hat {bits} Bit, nötig sind mindestens {least}; auch Stud.IP weist ihn zurück. Stellen Sie den richtigen aus der Sicherung wieder her. ${onlyThen}`,
  mismatch:
    '{path} gehört nicht zu {other}. Stellen Sie beide aus derselben Sicherung wieder her. Wenn nur {other} stimmt: openssl pkey -in {other} -pubout -out {path}',
  'encryption-key-form':
    "{path} gibt keinen Text zurück, der sich kennen lässt, ohne die Datei auszuführen. Stellen Sie sie aus der Sicherung wieder her, oder lassen Sie sie den Schlüssel selbst zurückgeben: <?php return '…';",
  'encryption-key-unread':
    "{path} verlangt mehr, als sich lesen lässt, ohne die Datei auszuführen ({file}, Zeile {line}). Stellen Sie sie aus der Sicherung wieder her, oder lassen Sie sie den Schlüssel selbst zurückgeben: <?php return '…';",
  'encryption-key-syntax':
    '{path} ist kein lesbares PHP ({file}, Zeile {line}). Stellen Sie die Datei aus der Sicherung wieder her, oder prüfen Sie sie mit: php -l {path}',
  'encryption-key-short': `{path} gibt einen Schlüssel von {length} Zeichen zurück, nötig sind mindestens {least}. ${backup} ${onlyThen}`,
  'encryption-key-damaged': `{path} enthält einen beschädigten Defuse-Schlüssel: Kopf, Länge oder Prüfsumme stimmen nicht. ${backup}`,
  'folder-closed':
    'Dieser Benutzer darf nicht in den Ordner {path} sehen. Geben Sie ihm die Gruppe des Webservers und die Rechte 750; die Dateien darin brauchen keine Änderung.',
  'sign-in-key':
    '{path} ist nicht lesbar oder kein eigener RSA-Schlüssel von mindestens {least} Bit ohne Passwort; deshalb kann sich niemand anmelden. Stellen Sie die Datei aus der Sicherung wieder her. Wo es keine gibt, ersetzt oauth2:keys --oidc sie, sobald die Datei weg ist; alle anderen Tokens bleiben.',
  'folder-missing':
    'Der Ordner {path} existiert nicht. Setzen Sie STUDIP_PATH oder KEYS_PATH auf den richtigen, oder legen Sie ihn an.',
  'folder-forbidden':
    'Dieser Benutzer darf nicht in {path} schreiben. Führen Sie den Befehl als Eigentümer dieses Ordners aus.',
  'folder-read-only':
    '{path} liegt auf einem schreibgeschützten Dateisystem. Legen Sie die Schlüsseldateien an, wo man schreiben kann, oder binden Sie es beschreibbar ein.',
  'folder-full': 'In {path} ist kein Platz mehr für die Schlüsseldateien.',
  'folder-unwritable': 'Die Schlüsseldateien konnten nicht nach {path} geschrieben werden ({code}).',
  'four-primes-size': 'Ein Schlüssel aus vier Primzahlen braucht 4096 Bit, nicht {bits}.',
  'openssl-missing':
    'Einen Schlüssel aus vier Primzahlen erzeugt der Befehl openssl, der nicht installiert ist. Installieren Sie ihn, oder lassen Sie --primes 4 weg.',
  'openssl-failed':
    'Der Befehl openssl konnte keinen Schlüssel aus vier Primzahlen erzeugen (Exit {code}). Lassen Sie --primes 4 weg.',
}
