// English texts of oauth2:doctor: what is wrong, and how to mend it.

export const doctorEn = {
  'doctor.describe': 'Check the installation and say how to mend it',
  'doctor.no-round-trip': 'Leave out the trial with a throw-away client',
  'doctor.no-front': 'Send no requests to BASE_URL',
  'doctor.healthy': 'Nothing is wrong.',
  'doctor.faults_one': '{{count}} fault. The line above says how to mend it.',
  'doctor.faults_other': '{{count}} faults. The lines above say how to mend them.',
  'doctor.settings': 'Settings',
  'doctor.checks': 'Checks',
  'doctor.grants': 'Rights that the database user needs, no more:',
  'doctor.example': 'For monitoring',
  'doctor.crashed': 'This could not be checked: {{message}}',
  'doctor.skipped': 'Not checked, because of the faults above.',

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
    '{{path}} can be read by everybody on this machine (mode {{mode}}). Close it: chmod 660 {{path}}',
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
    'Client {{id}} ({{name}}) has the redirect URI {{uri}}, which a new registration would refuse: {{reason}}. It still works; ask its developer for another one.',
  'doctor.clients.secret':
    'Client {{id}} ({{name}}) has a secret that is no bcrypt hash and can never match. Give it a new one: oauth2:client:secret {{id}}',
  'doctor.pkce.ok': 'PKCE_PLAIN is {{value}}.',
  'doctor.round-trip.ok': 'Authorize, token, refresh and revoke work.',
  'doctor.round-trip.failed':
    'A throw-away client could not {{step}} (status {{status}}{{detail}}). The log of the service says more.',
  'doctor.step.authorize': 'ask for consent',
  'doctor.step.approve': 'be approved',
  'doctor.step.token': 'get a token',
  'doctor.step.verify': 'use its token',
  'doctor.step.refresh': 'refresh its token',
  'doctor.step.revoke': 'revoke its token',
}
