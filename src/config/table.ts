// Every setting of the service, in the order of the documentation. The tables in README.md and
// docs/operations.md are checked against this list by test/config/documentation.test.ts.

export interface DocumentedSetting {
  readonly name: string
  /** What applies when it is not set, as the documentation prints it. */
  readonly fallback: string
  readonly meaning: string
}

export const documentedSettings = [
  {
    name: 'STUDIP_PATH',
    fallback: 'none',
    meaning:
      'Folder of the Stud.IP installation. Its `.env`, `config/config_local.inc.php`, `VERSION` and `config/oauth2/` are read.',
  },
  { name: 'STUDIP_VERSION', fallback: 'detected', meaning: 'Version of Stud.IP, such as `6.0` or `5.4.11`.' },
  {
    name: 'BASE_URL',
    fallback: '`$ABSOLUTE_URI_STUDIP`',
    meaning: 'Public URL of Stud.IP with its sub-path, such as `https://studip.example.org/studip/`.',
  },
  {
    name: 'DATABASE_URL',
    fallback: "Stud.IP's own credentials",
    meaning:
      '`mysql://user:password@host:port/database`, or with `?socketPath=/run/mysqld/mysqld.sock`; `?tls=verify` (with `&ca=/path/ca.pem`) or `?tls=required` for TLS.',
  },
  {
    name: 'KEYS_PATH',
    fallback: '`$STUDIP_PATH/config/oauth2`',
    meaning: 'Folder of `private.key`, `public.key` and `encryption_key.php`.',
  },
  {
    name: 'LISTEN',
    fallback: '`127.0.0.1:8765`',
    meaning: 'Where nginx finds the service: `host:port`, `[::1]:port` or `unix:/run/studip-oauth2/http.sock`.',
  },
  {
    name: 'METRICS_LISTEN',
    fallback: '`127.0.0.1:8766`',
    meaning: 'Where `/healthz`, `/readyz` and `/metrics` answer, never through nginx; `off` turns them off.',
  },
  {
    name: 'SESSION_STORE',
    fallback: 'detected',
    meaning: 'Where Stud.IP keeps its sessions: `database`, or `cache` when `$CACHE_IS_SESSION_STORAGE` is on.',
  },
  {
    name: 'SESSION_COOKIE',
    fallback: '`Studip_Session`, 5.x `Seminar_Session`',
    meaning: "Name of Stud.IP's session cookie; read from `$SESSION_OPTIONS` of 6.x.",
  },
  {
    name: 'SESSION_LIFETIME',
    fallback: '`7200`, 5.x `86400`',
    meaning: 'Seconds after which an unused session no longer counts; read from `$SESSION_OPTIONS` of 6.x.',
  },
  {
    name: 'ASSETS_URL',
    fallback: '`BASE_URL` + `assets/`',
    meaning: "Where Stud.IP's stylesheets and icons are; read from `$ASSETS_URL`.",
  },
  { name: 'WORKERS', fallback: 'one per two cores, at most 4', meaning: 'Number of worker processes.' },
  { name: 'LOG_LEVEL', fallback: '`info`', meaning: '`trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.' },
  {
    name: 'REFRESH_GRACE',
    fallback: '`10`',
    meaning:
      'Seconds in which a refresh token that was just rotated still yields a pair, for lost answers; `0` turns this off.',
  },
  { name: 'PKCE_PLAIN', fallback: '`on`', meaning: '`off` refuses the PKCE method `plain`.' },
  {
    name: 'RESPONSE_ISS',
    fallback: '`openid`',
    meaning:
      'Which authorization responses name their issuer (RFC 9207): `openid` those to requests for that scope, `always` all, which some libraries refuse unless told the issuer.',
  },
  {
    name: 'API_READ',
    fallback: '`off`',
    meaning:
      "`on` offers the scope `api.read`, which reads Stud.IP's JSON:API and changes nothing. Only with `nginx/api-read.conf`; the doctor tries it.",
  },
  {
    name: 'REMEMBER_CONSENT',
    fallback: '`on`',
    meaning:
      '`on` asks a user once a year for each application with a web address of its own; `off` at every sign-in, as Stud.IP does.',
  },
  {
    name: 'CLIENT_REQUESTS',
    fallback: '`off`',
    meaning:
      'The least permission in Stud.IP with which somebody may ask for a client, which root approves or rejects: `user`, `autor`, `tutor`, `dozent`, `admin` or `root`.',
  },
] as const satisfies readonly DocumentedSetting[]

export type SettingName = (typeof documentedSettings)[number]['name']
