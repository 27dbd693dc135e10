// Every bound in one place: what is larger, longer or more often is refused before it costs anything (D28).
// docs/bounds.md lists them; a test compares the two.

export interface Bound {
  /** The largest number that is still accepted. */
  readonly most: number
  readonly unit: string
  /** Why there is a bound, and why it is this one. */
  readonly why: string
}

const atMost = (most: number, unit: string, why: string): Bound => Object.freeze({ most, unit, why })

/** Imports nothing, so that the pure protocol may read it. One line a bound, by what it guards. */
export const bounds = Object.freeze({
  // Requests
  header: atMost(32_768, 'bytes of all header lines', 'Stud.IP sets many cookies; nginx lets as much pass by default'),
  authorizationHeader: atMost(
    8_192,
    'characters of an Authorization header',
    'an id of 20 digits and a secret of 72 bytes fit, percent-encoded and in Base64, many times over',
  ),
  acceptLanguage: atMost(
    500,
    'characters of Accept-Language that are read',
    'the languages that somebody reads come first',
  ),
  query: atMost(
    12_288,
    'bytes of a query',
    'nginx takes 8 KiB by default; a state of the greatest length fits, percent-encoded',
  ),
  answerHeader: atMost(
    15_360,
    'bytes of the header lines of an answer',
    'nginx reads 16 KiB, and takes an instance that sends more for one that is away',
  ),
  clientForm: atMost(
    24_576,
    'bytes of a form for token, revoke or introspect',
    'the longest credential fits beside everything else that these endpoints read',
  ),
  consentForm: atMost(
    24_576,
    'bytes of the form of the consent page',
    'it holds the request as it was checked, sealed',
  ),
  registrationForm: atMost(
    163_840,
    'bytes of the form for a new client',
    'every field at its greatest length, each character four bytes of UTF-8, percent-encoded',
  ),
  reasonForm: atMost(
    8_192,
    'bytes of the form in which a request is rejected',
    'a reason at its greatest length, each character four bytes of UTF-8, percent-encoded',
  ),
  buttonForm: atMost(4_096, 'bytes of the other forms of our pages', 'a security token and an id'),
  parameters: atMost(100, 'parameters of a query or form', 'no endpoint reads more than twenty; others may be beside'),
  parameter: atMost(
    4_096,
    'characters of a parameter',
    'no parameter of the protocol needs more, and a redirect has to fit a URL',
  ),
  nonce: atMost(512, 'characters of a nonce', 'it travels in the code, which has to fit a URL; a hash has 43'),
  credential: atMost(
    16_384,
    'characters of a code or token',
    'the ciphertext of a code holds a whole redirect URI, twice as long in hex',
  ),
  repeated: atMost(
    300,
    'characters of a value that a log line or an error page repeats',
    'a redirect URI of every day fits; more would be a way to fill the log',
  ),
  sentAddress: atMost(
    2_048,
    'characters of an address in a header or form that is read as one',
    'a host in other alphabets takes a parser quadratic time; browsers send no longer referrers of our pages',
  ),

  search: atMost(200, 'characters of a search in the list of clients', 'names and addresses are found by less'),

  // What is expensive, and who waits for it
  waitingSalts: atMost(256, 'foreign salts that wait for their key', 'one takes 30 ms: more would wait too long'),
  waitingSecrets: atMost(100, 'client secrets that wait for bcrypt', 'one takes 60 ms: more would wait too long'),
  waitingTime: atMost(
    6_000,
    'milliseconds that a request has been there while it waits in such a queue',
    'nginx waits eight seconds, and takes an instance that says nothing for one that is away',
  ),
  waitingSuspects: atMost(
    16,
    'places that one network with failures may take in such a queue',
    'the others keep their room',
  ),
  failedSecrets: atMost(
    10,
    'wrong secrets a minute of a client and network before one try a second is all that is welcome',
    'nobody mistypes more often, and a guess takes for ever',
  ),
  failedCredentials: atMost(
    30,
    'codes and tokens a minute, of a client and network, that cost a key and opened nothing, less those that opened',
    'further ones wait behind everybody else',
  ),
  countedSenders: atMost(20_000, 'clients and networks whose failures are counted', 'the oldest count goes first'),
  knownSalts: atMost(4_096, 'keys of foreign salts in memory', 'a kilobyte each; who is forgotten is derived again'),
  knownSecrets: atMost(10_000, 'client secrets whose outcome is remembered', 'more clients than an installation has'),
  rotations: atMost(
    20,
    'rotations a minute of a grant, counted by each worker',
    'each leaves two rows for a month; an app needs one an hour',
  ),
  redemptions: atMost(
    100,
    'redemptions a minute of a code, counted by each worker',
    'it is good once; a used one costs a signature and a look at all that its user has',
  ),
  presentedAtOnce: atMost(
    4,
    'codes and refresh tokens of one user and client out of a crowd that a worker looks at at the same moment',
    'each may cost a signature, a used one too; more of them wait in their own line, and everybody else goes past it',
  ),
  waitingCredentials: atMost(
    500,
    'codes and refresh tokens of one user and client that wait for that',
    'a lecture hall that shares an account starts an app at once',
  ),

  // The gateway in front of the JSON:API
  gatewayTokenLifetime: atMost(
    300,
    'seconds that the JWT lives which stands in for a reading token',
    'it has the full power of its user, and nobody outside needs it longer than one request',
  ),
  gatewayTokens: atMost(
    10_000,
    'reading tokens and their JWTs in memory of each worker',
    'two kilobytes each; who is forgotten costs one signature more',
  ),

  // Devices
  userCode: atMost(32, 'characters of a user code as it is typed', 'eight letters, with blanks and dashes in between'),
  deviceRequests: atMost(
    30,
    'device requests a minute of a client and network, counted by each worker',
    'each leaves a row; a lecture hall that starts an app at once still gets in',
  ),
  deviceRequestsOfSite: atMost(
    300,
    'device requests a minute of an IPv4 address or a /48 of IPv6, counted by each worker',
    'whoever has one /64 often has all of a /48; a whole university starts no more devices',
  ),
  deviceRequestsOfAll: atMost(
    1_000,
    'device requests a minute of everybody, counted by each worker',
    'a stranger with many networks fills no table: a night takes them away again',
  ),
  polls: atMost(
    60,
    'polls a minute of a waiting device that are written down, counted by each worker',
    'each is a commit, and the interval is five seconds; whoever polls on hears slow_down all the same',
  ),
  userCodesOfUser: atMost(10, 'wrong user codes of a user in ten minutes', 'nobody mistypes more often'),
  userCodesOfNetwork: atMost(
    100,
    'wrong user codes of a network in ten minutes',
    'a lecture hall behind one address mistypes no more often',
  ),
  userCodesOfAll: atMost(
    500,
    'wrong user codes of everybody in ten minutes, counted by each worker',
    'a code is hit with a chance below 2^-20 with twenty workers: 2 × 500 × 20 tries of 20^8 codes',
  ),

  // Browser apps
  publicClients: atMost(
    10_000,
    'public clients whose origins may call from a browser, the newest first',
    'all their redirect URIs are read every five seconds and kept in memory',
  ),

  // Clients on request
  openRequests: atMost(
    3,
    'open requests of a person for a client',
    'each is read by an administrator; a decision or withdrawal makes room',
  ),
  requestsOfPerson: atMost(
    20,
    'requests of a person for a client in ten minutes, counted by each worker',
    'each hashes a secret, though it be withdrawn at once; nobody writes down a purpose more often',
  ),
  requestsOfPage: atMost(
    25,
    'requests for clients on a page or in a list',
    'whoever decides begins with the oldest, and the number of all stands above',
  ),

  // Rows
  pairsOfToken: atMost(
    3,
    'pairs of one refresh token',
    'a lost answer is asked for again, or two requests were parallel',
  ),
  grantsOfUserAndClient: atMost(
    50,
    'live grants of one user and client',
    'nobody has the same app on more devices; the oldest end',
  ),
  applicationsOfPage: atMost(
    25,
    'connected applications of a page',
    'few people have more, and they can turn the page',
  ),
  connectionsOfApplication: atMost(
    50,
    'connections that the page of an application shows, the last used first',
    'a user has no more with one client, unless Stud.IP made them',
  ),
  grantsOfPage: atMost(25, 'grants that a listing describes at once', 'a listing goes on where it ended'),
  rowsOfStatement: atMost(500, 'rows of one statement', 'a statement stays within milliseconds'),
  connectionsOfPage: atMost(
    400,
    'connections after which no further rows are read for a page',
    'as many as eight applications can have; the list goes on where it ended',
  ),
  rowsOfPage: atMost(
    2_000,
    'rows read for one page',
    'a page ends early where nothing but old rows lie between two applications',
  ),
  rowsOfWalk: atMost(
    5_000,
    'rows of one step along a whole table',
    'only commands and the deletion of a client walk; each step is a short read',
  ),
  rowsOfUser: atMost(
    20_000,
    'rows of one user read for one request',
    'far more than a month of refreshes of fifty devices leaves behind',
  ),
  clientsOfList: atMost(
    10_000,
    'clients that are ordered by their last use, or looked through for those without any',
    'as many as are ever registered; beyond it the list has its usual order',
  ),
  rowsOfCount: atMost(
    500_000,
    'rows of the token tables up to which grants of a client are counted',
    'counting reads most of them; beyond it the list of clients shows no number',
  ),
  grantsOfTransaction: atMost(
    100,
    'grants ended in one transaction',
    'who issues or refreshes meanwhile waits for its locks',
  ),
  secondsBeforePurge: atMost(
    600,
    'seconds in which a purge leaves alone what was rotated or changed',
    'twice the longest grace window',
  ),
  secondsOfConsentRow: atMost(
    1_200,
    'seconds in which a purge leaves a used code alone',
    'its consent form may be sent again for ten minutes, and is given twice as long',
  ),

  // Cookies: one line of 8,192 bytes holds ours and Stud.IP's together, whatever nginx is set to
  pendingCookies: atMost(
    8,
    'cookies of waiting requests',
    'fixed names, so that tabs that leave at once add up to no more',
  ),
  pendingCookie: atMost(
    700,
    'characters of such a cookie',
    'an ordinary request fits one; all of them, 5.8 KB with their names, hold a `state` of 4,096 random characters',
  ),
  noticeCookie: atMost(
    1_200,
    'characters of the notice after a form',
    'a client secret and the name that it is for fit',
  ),

  // What Stud.IP's configuration says about the frame
  configuredAddress: atMost(
    2_048,
    'characters of an address in the configuration',
    'browsers and proxies give up not far beyond; without the link the page still appears',
  ),
  siteName: atMost(
    200,
    "characters of the installation's name",
    'the longest names are a line; the rest is cut, the page still appears',
  ),

  // Files
  configurationFile: atMost(1_048_576, 'bytes of a configuration file', "Stud.IP's own defaults are 41 KB"),
  keyFile: atMost(65_536, 'bytes of a key file', 'a key of 16,384 bits with a text before it fits'),
} satisfies Readonly<Record<string, Bound>>)
