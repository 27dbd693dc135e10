// Values of the pages on which users look after the applications they connected (contract §11.2, D10).
import type { ConnectedApplication } from '../stores/grants.ts'
import { webAddress } from './addresses.ts'
import type { Notice } from './notice.ts'
import { scopeLines, type Reader } from './scopes.ts'

export interface ApplicationsModel {
  readonly applications: readonly ConnectedApplication[]
  /** False on a page that follows another. */
  readonly isFirst?: boolean
  /** Where the next page begins, if there is one. */
  readonly next?: string | undefined
  readonly notice: Notice | undefined
}

export interface RevokeModel {
  readonly application: ConnectedApplication
  readonly securityToken: string
}

export interface RevokeAllModel {
  readonly count: number
  /** Whether there are more than were counted. */
  readonly isMore?: boolean
  readonly securityToken: string
}

const applicationValues = (application: ConnectedApplication, reader: Reader) => ({
  ...application,
  scopes: scopeLines(application.scopes, reader),
  homepageLink: webAddress(application.homepage)?.href,
})

/** The variables of templates/applications.ejs. */
export const applicationsValues = (model: ApplicationsModel, reader: Reader) => ({
  ...model,
  isFirst: model.isFirst ?? true,
  next: model.next,
  applications: model.applications.map((application) => applicationValues(application, reader)),
})

/** The variables of templates/application.ejs. */
export const detailsValues = (application: ConnectedApplication, reader: Reader) => ({
  application: applicationValues(application, reader),
})
