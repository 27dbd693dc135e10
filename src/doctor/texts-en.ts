// English texts of oauth2:doctor: what is wrong, and how to mend it.

export const doctorEn = {
  'doctor.describe': 'Check the installation and say how to mend it',
  'doctor.no-round-trip': 'Leave out the trial with a throw-away client',
  'doctor.no-front': 'Send no requests to BASE_URL',
  'doctor.healthy': 'Nothing is wrong.',
  'doctor.faults_one': '{{count}} fault. The line above says how to mend it.',
  'doctor.faults_other': '{{count}} faults. The lines above say how to mend them.',
  'doctor.settings': 'Settings',
  'doctor.unknown': 'not known',
  'doctor.checks': 'Checks',
  'doctor.grants': 'Rights that the database user needs, no more:',
  'doctor.example': 'For monitoring',
  'doctor.crashed': 'This could not be checked: {{message}}',

  'check.settings': 'Settings',
  'check.transport': 'Encryption',
  'check.database': 'Database',
  'check.rights': 'Rights',
  'check.tables': 'Tables',
  'check.version': 'Version',
  'check.sessions': 'Sessions',
  'check.keys': 'Key files',
  'check.clock': 'Clock',
  'check.service': 'Service',
  'check.front': 'Web server',
  'check.sign-in': 'Sign in with Stud.IP',
  'check.trampoline': 'Way back',
  'check.clients': 'Clients',
  'check.pkce': 'PKCE',
  'check.round-trip': 'Round trip',

  'doctor.settings.ok': 'All settings are known.',
  'doctor.transport.ok': 'BASE_URL is encrypted, or on this machine only.',
  'doctor.transport.listen':
    'LISTEN is not a loopback address: whoever reaches it can forge what nginx says of a request, and with API_READ=on make a token for reading one for everything. Keep others away by a firewall.',
  'doctor.transport.metrics':
    'METRICS_LISTEN is not a loopback address: whoever reaches it can read the metrics. Keep others away by a firewall.',
  'doctor.transport.http':
    'BASE_URL {{url}} is not encrypted: codes, tokens and sessions can be read on their way. Set up https and change BASE_URL.',
  'doctor.database.ok': '{{server}} answers at {{where}}.',
  'doctor.rights.ok': 'User {{user}} has every right that is needed.',
  'doctor.rights.missing':
    'User {{user}} lacks {{rights}} on {{table}}. Run the GRANTs below as an administrator of the database.',
  'doctor.tables.ok': 'The tables have the shape that Stud.IP gives them.',
  'doctor.tables.missing': 'The table {{table}} is missing. {{mend}}',
  'doctor.tables.mend-ours': 'Create it with oauth2:migrate.',
  'doctor.tables.mend-studip': 'Check that DATABASE_URL leads to the database of Stud.IP.',
  'doctor.tables.column':
    'Column {{column}} of {{table}} is {{found}}, but Stud.IP makes it {{expected}}. Change it back.',
  'doctor.tables.column-missing': 'Column {{column}} of {{table}} is missing. Stud.IP makes it {{expected}}: add it.',
  'doctor.tables.demanded':
    'Column {{column}} of {{table}} is none of Stud.IP, and has no default: no row can be added. Give it one, or let it be NULL.',
  'doctor.tables.collation':
    'oauth2_refresh_tokens.access_token_id has the collation {{found}}, oauth2_access_tokens.id has {{wanted}}: they cannot be compared. Change it: ALTER TABLE oauth2_refresh_tokens CONVERT TO CHARACTER SET {{charset}} COLLATE {{wanted}};',
  'doctor.tables.key': '{{table}} has no key on {{column}}. Add it: ALTER TABLE {{table}} ADD {{kind}} ({{column}});',
  'doctor.tables.engine':
    '{{table}} is stored by {{engine}}, which has no transactions. Change it: ALTER TABLE {{table}} ENGINE=InnoDB;',
  'doctor.version.ok': 'Stud.IP {{version}}.',
  'doctor.version.branch':
    'The settings say Stud.IP {{version}}, but the database is that of {{branch}}. Correct STUDIP_VERSION.',
  'doctor.sessions.ok': 'Sessions are where the settings say, in the shape of Stud.IP {{major}}.x.',
  'doctor.sessions.none': 'There are no sessions yet, so it cannot be seen whether they are where the settings say.',
  'doctor.sessions.shape':
    'The latest sessions have the shape of Stud.IP {{found}}.x, but the settings say {{major}}.x. Correct STUDIP_VERSION.',
  'doctor.sessions.undecodable':
    'None of the latest sessions can be read. Check STUDIP_VERSION, and that session.serialize_handler is php.',
  'doctor.sessions.cache':
    'Stud.IP keeps its sessions in its cache, and that answers. What is in it has not been looked at.',
  'doctor.sessions.in-cache':
    'Stud.IP keeps its sessions in the cache, but SESSION_STORE is database. Set SESSION_STORE to cache.',
  'doctor.sessions.in-database':
    'Stud.IP keeps its sessions in session_data, but SESSION_STORE is cache. Set SESSION_STORE to database.',
  'doctor.sessions.stale':
    'No session of session_data is younger than {{seconds}} seconds. If people are logged in, Stud.IP keeps its sessions elsewhere: check SESSION_STORE.',
  'doctor.sessions.away':
    'The session store does not answer ({{code}}). Check SYSTEMCACHE in Stud.IP and that the cache runs.',
  'doctor.keys.ok': 'The key files are usable: RSA with {{bits}} bits.',
  'doctor.keys.mode': '{{path}} has mode {{mode}}. Make it 660 (or 600): chmod 660 {{path}}',
  'doctor.keys.others':
    '{{path}} can be read by everybody on this machine (mode {{mode}}). Close it, and let the group of the web server (here www-data) go on reading it: chgrp www-data {{path}} && chmod 660 {{path}}',
  'doctor.keys.group':
    '{{path}} belongs to group {{group}}, but {{other}} to {{expected}}. PHP and this service both have to read it: chgrp {{expected}} {{path}}',
  'doctor.keys.decrypt':
    'What was encrypted with encryption_key.php cannot be decrypted again. Restore the file from a backup.',
  'doctor.clock.ok': 'This machine and the database have the same time.',
  'doctor.clock.differs':
    'The clocks of this machine and of the database differ by {{seconds}} seconds. Let both follow the same time server (NTP).',
  'doctor.service.ok': 'The service is ready.',
  'doctor.service.off': 'METRICS_LISTEN is off, so it cannot be seen whether the service runs.',
  'doctor.service.down': 'The service does not answer at {{where}}. Start it: systemctl start studip-oauth2',
  'doctor.service.not-ready': 'The service is not ready: {{reason}}',
  'doctor.front.ok': 'Requests to {{url}} reach this service, and its neighbours reach Stud.IP.',
  'doctor.front.unreachable':
    '{{url}} cannot be reached from here ({{code}}). Correct BASE_URL, or start the web server.',
  'doctor.front.certificate':
    'The certificate of {{url}} is not accepted ({{code}}). Renew it, or add its authority to this machine.',
  'doctor.front.redirect': '{{url}} leads on to {{location}}. Correct BASE_URL, or the redirect of the web server.',
  'doctor.front.guarded':
    '{{url}} is refused by the web server itself (status {{status}}): by a password or a list of addresses, which applications do not pass. Move that from server { } into the locations of Stud.IP.',
  'doctor.front.not-ours':
    '{{url}} is not answered by this service (status {{status}}). Include nginx/root.conf or nginx/sub-path.conf in the server { } of Stud.IP; no return or rewrite of its own may come before.',
  'doctor.front.bad-gateway':
    'The web server does not reach the service (status {{status}}). Compare the upstream in nginx/http.conf with LISTEN.',
  'doctor.front.other-keys':
    '{{url}} is answered by a service with other keys. Let every instance use the same KEYS_PATH.',
  'doctor.sign-in.off': 'Not offered: there is no oidc.key.',
  'doctor.sign-in.ok': 'Works as {{issuer}}',
  'doctor.sign-in.api':
    '{{url}} takes an ID token for an access token. Take oidc.key away, and tell the authors of this service.',
  'doctor.front.other-issuer':
    '{{url}} is answered by a service whose BASE_URL is another one ({{issuer}}). Let every instance use the same BASE_URL.',
  'doctor.front.neighbour':
    '{{url}} is answered by this service, but belongs to Stud.IP. Include the snippets of nginx/ unchanged: their pattern is anchored.',
  'doctor.front.monitoring':
    '{{url}} answers through the web server. Health and metrics must stay inside: remove that location.',
  'doctor.trampoline.ok': 'The row that leads people back after the login is there.',
  'doctor.trampoline.impossible':
    'The row that leads people back after the login cannot be made ({{code}}), so they see an extra page. Grant the rights on personal_notifications below.',
  'doctor.clients.ok': 'The registered redirect URIs are safe.',
  'doctor.clients.redirect':
    'Client {{id}} ({{name}}) has a redirect URI that a new registration would refuse. {{why}} The old one still works; ask its developer for another one.',
  'doctor.clients.secret':
    'Client {{id}} ({{name}}) has a secret that is no bcrypt hash and can never match. Give it a new one: oauth2:client:secret {{id}}',
  'doctor.pkce.ok': 'PKCE_PLAIN is {{value}}.',
  'doctor.round-trip.failed':
    'A throw-away client could not {{step}} (status {{status}}{{detail}}). The log of the service says more.',
  'doctor.step.authorize': 'ask for consent',
  'doctor.step.approve': 'be approved',
  'doctor.step.token': 'get a token',
  'doctor.step.verify': 'use its token',
  'doctor.step.refresh': 'refresh its token',
  'doctor.step.revoke': 'revoke its token',

  'doctor.fix-way-back': 'Make the row that leads people back after the login, if it is missing',
  'doctor.create-user': 'A user of its own for the service, with a password of your choice at the end:',
  'doctor.skipped': 'Not checked, because of what is said under {{check}}.',
  'doctor.skipped.setting': 'Not checked: {{names}} is not known.',
  'check.maintenance': 'Maintenance',
  'check.failover': 'Failover',
  'check.json-api': 'JSON:API',
  'check.api-read': 'Reading only',
  'check.grace': 'Grace window',
  'doctor.settings.base-url':
    "BASE_URL is {{own}}, but Stud.IP's own $ABSOLUTE_URI_STUDIP is {{theirs}}. People, cookies and tokens go by the latter: correct BASE_URL, or leave it out.",
  'doctor.settings.database':
    'DATABASE_URL leads to the database {{own}}, but Stud.IP itself uses {{theirs}}. Are these the settings of another Stud.IP? Correct DATABASE_URL, or leave it out.',
  'doctor.settings.database-server':
    'DATABASE_URL leads to the server at {{own}}, but Stud.IP itself asks {{theirs}}. That is right for nodes of one cluster, or a proxy; else correct DATABASE_URL, or leave it out.',
  'doctor.settings.cookie':
    'SESSION_COOKIE is {{own}}, but Stud.IP calls its session cookie {{theirs}}, so nobody is recognised. Correct SESSION_COOKIE, or leave it out.',
  'doctor.settings.lifetime':
    "SESSION_LIFETIME is {{own}}, but Stud.IP's sessions live for {{theirs}} seconds. Correct it, or leave it out.",
  'doctor.maintenance.ok': 'Stud.IP is not in maintenance mode.',
  'doctor.maintenance.on':
    'Stud.IP is in maintenance mode: nobody but root can log in or use a token. Turn MAINTENANCE_MODE_ENABLE off when you are done.',
  'doctor.sessions.both':
    'session_data has sessions younger than {{seconds}} seconds, although sessions are in the cache. Within that time after a switch to the cache this is right; later, check SESSION_STORE.',
  'doctor.grace.ok': 'REFRESH_GRACE is {{seconds}} seconds, longer than nginx waits for a token.',
  'doctor.grace.off':
    'REFRESH_GRACE is 0: a client that asks again because an answer was lost counts as a thief, and its grant ends.',
  'doctor.grace.short':
    'REFRESH_GRACE is {{seconds}} seconds, but nginx waits {{wait}} for an answer: a client that asks again after that counts as a thief. Set REFRESH_GRACE above {{wait}}, or proxy_read_timeout of the token location below it.',
  'doctor.service.other':
    'At {{where}} another program answers (status {{status}}), not this service. Stop it, or give METRICS_LISTEN another address.',
  'doctor.front.tls-port': '{{url}} asks for http at a port that speaks https. Write https:// in BASE_URL.',
  'doctor.front.cookie':
    'Stud.IP sets the session cookie {{theirs}}, but SESSION_COOKIE is {{own}}, so nobody is recognised. Correct SESSION_COOKIE, or leave it out.',
  'doctor.failover.ok': "While no instance of this service answers, token requests reach Stud.IP's own server.",
  'doctor.failover.off':
    'While no instance of this service answers, token requests get 503. failover-php.conf would lead them to Stud.IP.',
  'doctor.failover.old':
    'The web server answers drills of this machine no otherwise than others, so the failover could not be tried. Copy nginx/ of this version, and run the doctor on the web server itself.',
  'doctor.failover.broken':
    "While no instance of this service answers, token requests get status {{status}} and no answer of Stud.IP's own server: apps may drop their tokens on it. Include failover-php.conf of this version, or failover-off.conf.",
  'doctor.failover.none':
    'While no instance of this service answers, token requests get no answer at all ({{code}}). Include failover-php.conf or failover-off.conf.',
  'doctor.json-api.ok': "Stud.IP's JSON:API takes a token of this service.",
  'doctor.json-api.refused':
    "{{url}} refuses a good token (401). Compare public.key with Stud.IP's config/oauth2, and let the web server hand the Authorization header to PHP.",
  'doctor.json-api.missing':
    '{{url}} does not exist (404), so apps can do nothing with their tokens. Check that the JSON:API of Stud.IP is reachable.',
  'doctor.json-api.failed':
    "{{url}} answers a good token with status {{status}}. Look into PHP's error log; a frequent cause is a mode of the key files other than 660 or 600.",
  'doctor.api-read.off': 'api.read is not offered: API_READ is off.',
  'doctor.api-read.ok':
    'api.read reads the JSON:API through the web server and writes nothing; other tokens do not depend on the service.',
  'doctor.api-read.not-asked':
    'API_READ is on, but the web server does not ask the service about tokens of api.read: {{url}} refuses them with status {{status}}. Include api-read.conf of this version, or set API_READ=off; Apache cannot do it.',
  'doctor.api-read.not-replaced':
    'The service lets a token of api.read pass, but Stud.IP gets another than the service says: {{url}} answers with status {{status}}. Include api-read-token.conf in the location that runs the PHP of Stud.IP or passes requests on, below its other parameters.',
  'doctor.api-read.refused':
    'The service that runs does not let a token of api.read pass ({{error}}). Restart it, so that it knows API_READ=on, and see whether it has the database and keys of these settings.',
  'doctor.api-read.writes':
    'A token of api.read was not kept from writing: {{url}} answers POST with status {{status}}. Set API_READ=off until api-read.conf of this version is included as it is.',
  'doctor.api-read.unavailable':
    'Tokens of api.read get status {{status}}: the service does not answer the web server. Its log and that of the web server say more.',
  'doctor.api-read.others':
    'With the service away a JWT gets status {{status}} at {{url}}: it must not be asked about. Include api-read.conf and http.conf of this version as they are.',
  'doctor.api-read.away':
    'With the service away a token of api.read gets status {{status}} instead of 503 at {{url}}. Include api-read.conf and http.conf of this version as they are.',
  'doctor.api-read.no-drill':
    'The web server answers drills of this machine no otherwise than others, so nobody saw what api.read gets while the service is away. Run the doctor on the web server itself.',
  'doctor.api-read.open':
    'Everybody can ask the service for a JWT with full power at {{url}}. Set API_READ=off, and let nothing lead to that path but api-read.conf.',
  'doctor.json-api.nobody': 'There is no user yet, so no token could be tried on the JSON:API.',
  'doctor.json-api.unreachable': '{{url}} could not be asked ({{code}}).',
  'doctor.trampoline.missing':
    'The row that leads people back after the login is not there yet; the service makes it at the first login, and --fix-way-back makes it now.',
  'doctor.trampoline.made': 'The row that leads people back after the login was made.',
  'doctor.clients.cors':
    'Public clients with an https address ({{names}}) may run in a browser, but JSONAPI_CORS_ORIGIN of Stud.IP is empty: their scripts get tokens and cannot use them. Enter their origins there.',
  'doctor.round-trip.ok':
    'Authorize, token, refresh and revoke work. What was made for it, a client oauth2:doctor with codes and tokens of nobody, is deleted again.',
}
