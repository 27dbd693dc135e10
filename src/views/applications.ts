// Values of the pages on which users look after the applications they connected (contract §11.2, D10, D25).
import { bounds } from '../bounds.ts'
import { oddLettersOf } from '../oauth/odd-letters.ts'
import type { Application, Connection } from '../stores/applications.ts'
import { webAddress } from './addresses.ts'
import type { Notice } from './notice.ts'
import { scopeLines, type Reader } from './scopes.ts'

export interface ApplicationsModel {
  /** Those of this page. */
  readonly applications: readonly Application[]
  readonly total: number
  /** From 1. */
  readonly page: number
  readonly pages: number
  /** False where rows before these were left out. */
  readonly isFirst: boolean
  /** Where rows go on that were too many to be read at once. */
  readonly next: string | undefined
  /** The query that leads back here. */
  readonly here: string
  /** The query of another page. */
  readonly there: (page: number) => string
  readonly notice: Notice | undefined
}

export interface ApplicationModel {
  readonly application: Application
  /** The query of the page of the list that leads here. */
  readonly here: string
  readonly notice: Notice | undefined
}

export interface RevokeModel {
  readonly application: Application
  /** The one connection to end; all of them when undefined. */
  readonly connection: Connection | undefined
  readonly place: { readonly from: string; readonly page: number }
  readonly here: string
  readonly securityToken: string
}

export interface RevokeAllModel {
  readonly count: number
  /** Whether there are more than were counted. */
  readonly isMore?: boolean
  readonly securityToken: string
}

const applicationValues = (application: Application, reader: Reader) => ({
  ...application,
  scopes: scopeLines(application.scopes, reader),
  homepageLink: webAddress(application.homepage)?.href,
  oddLetters: oddLettersOf(application),
})

/** The variables of templates/applications.ejs: what an application may do in a sentence each, and on its own page in full. */
export const applicationsValues = (model: ApplicationsModel, reader: Reader) => ({
  ...model,
  applications: model.applications.map((application) => {
    const values = applicationValues(application, reader)
    return { ...values, scopes: values.scopes.map((line) => ({ ...line, such: [] })) }
  }),
})

/** The variables of templates/application.ejs. A connection says what it may do only where that is not what all may do. */
export const detailsValues = ({ application, ...model }: ApplicationModel, reader: Reader) => {
  const shown = application.connections.slice(0, bounds.connectionsOfApplication.most)
  return {
    ...model,
    application: applicationValues(application, reader),
    connections: shown.map((connection) => ({
      ...connection,
      scopes: connection.scopes.length === application.scopes.length ? [] : scopeLines(connection.scopes, reader),
    })),
    hidden: application.connections.length - shown.length,
  }
}
