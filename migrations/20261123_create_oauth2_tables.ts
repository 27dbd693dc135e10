// The four tables of Stud.IP's migration 5.2.15, created only where Stud.IP has not (D12, contract §8), with transactions
// whatever the server's default is (D8).
import type { Knex } from 'knex'

const tables = [
  `CREATE TABLE IF NOT EXISTS oauth2_clients (
    id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
    name varchar(255) NOT NULL,
    secret varchar(100) DEFAULT NULL,
    redirect text NOT NULL,
    revoked tinyint(1) NOT NULL DEFAULT 0,
    description text DEFAULT NULL,
    owner varchar(255) DEFAULT NULL,
    homepage varchar(255) DEFAULT NULL,
    admin_notes text DEFAULT NULL,
    mkdate int(11) NOT NULL,
    chdate int(11) NOT NULL,
    PRIMARY KEY (id)
  ) ENGINE=InnoDB`,
  `CREATE TABLE IF NOT EXISTS oauth2_auth_codes (
    id varchar(100) NOT NULL,
    user_id char(32) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
    client_id bigint(20) unsigned NOT NULL,
    scopes text DEFAULT NULL,
    revoked tinyint(1) NOT NULL DEFAULT 0,
    expires_at int(11) DEFAULT NULL,
    mkdate int(11) NOT NULL,
    chdate int(11) NOT NULL,
    PRIMARY KEY (id),
    KEY user_id (user_id)
  ) ENGINE=InnoDB`,
  `CREATE TABLE IF NOT EXISTS oauth2_access_tokens (
    id varchar(100) NOT NULL,
    user_id char(32) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,
    client_id bigint(20) unsigned NOT NULL,
    scopes text DEFAULT NULL,
    revoked tinyint(1) NOT NULL DEFAULT 0,
    expires_at int(11) DEFAULT NULL,
    mkdate int(11) NOT NULL,
    chdate int(11) NOT NULL,
    PRIMARY KEY (id),
    KEY user_id (user_id)
  ) ENGINE=InnoDB`,
  `CREATE TABLE IF NOT EXISTS oauth2_refresh_tokens (
    id varchar(100) NOT NULL,
    access_token_id varchar(100) NOT NULL,
    revoked tinyint(1) NOT NULL DEFAULT 0,
    expires_at int(11) DEFAULT NULL,
    PRIMARY KEY (id),
    KEY access_token_id (access_token_id)
  ) ENGINE=InnoDB`,
]

export const up = async (db: Knex): Promise<void> => {
  for (const table of tables) await db.raw(table)
}

/** Drops nothing: the tables may be Stud.IP's, and its built-in server goes on using them after a rollback. */
export const down = (): Promise<void> => Promise.resolve()
