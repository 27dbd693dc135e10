<?php
// league/oauth2-server with the settings of Stud.IP (contract §9.1) behind three addresses: authorize, token, resource.
// Environment: LEAGUE_AUTOLOAD, LEAGUE_DSN, LEAGUE_DB_USER, LEAGUE_DB_PASSWORD, LEAGUE_KEYS (folder of the three key files).

use League\OAuth2\Server\AuthorizationServer;
use League\OAuth2\Server\CryptKey;
use League\OAuth2\Server\Exception\OAuthServerException;
use League\OAuth2\Server\Grant\AuthCodeGrant;
use League\OAuth2\Server\Grant\RefreshTokenGrant;
use League\OAuth2\Server\ResourceServer;
use Nyholm\Psr7\Response;
use Nyholm\Psr7\ServerRequest;
use Psr\Http\Message\ResponseInterface;

function setting(string $name): string
{
    return (string) ($_SERVER[$name] ?? getenv($name));
}

error_reporting(E_ALL & ~E_DEPRECATED);
require setting('LEAGUE_AUTOLOAD');
require __DIR__ . '/entities.php';
require __DIR__ . '/repositories.php';

function database(): PDO
{
    return new PDO(setting('LEAGUE_DSN'), setting('LEAGUE_DB_USER'), setting('LEAGUE_DB_PASSWORD'), [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_PERSISTENT => true,
    ]);
}

function authorizationServer(PDO $pdo): AuthorizationServer
{
    $refreshTokens = new RefreshTokens($pdo);
    $server = new AuthorizationServer(
        new Clients($pdo),
        new AccessTokens($pdo),
        new Scopes(),
        new CryptKey(setting('LEAGUE_KEYS') . '/private.key', null, false),
        require setting('LEAGUE_KEYS') . '/encryption_key.php'
    );
    $month = new DateInterval('P1M');
    $hour = new DateInterval('PT1H');
    $code = new AuthCodeGrant(new AuthCodes($pdo), $refreshTokens, new DateInterval('PT10M'));
    $code->setRefreshTokenTTL($month);
    $server->enableGrantType($code, $hour);
    $refresh = new RefreshTokenGrant($refreshTokens);
    $refresh->setRefreshTokenTTL($month);
    $server->enableGrantType($refresh, $hour);
    return $server;
}

/** Approves at once for the user of the X-User header: the pages of consent are no part of what is compared here. */
function authorize(PDO $pdo, ServerRequest $request): ResponseInterface
{
    $server = authorizationServer($pdo);
    $authorization = $server->validateAuthorizationRequest($request);
    $authorization->setUser(new User($request->getHeaderLine('X-User')));
    $authorization->setAuthorizationApproved($request->getHeaderLine('X-Deny') === '');
    return $server->completeAuthorizationRequest($authorization, new Response());
}

/** What a resource of Stud.IP would learn from the access token. */
function resource(PDO $pdo, ServerRequest $request): ResponseInterface
{
    $key = new CryptKey(setting('LEAGUE_KEYS') . '/public.key', null, false);
    $checked = (new ResourceServer(new AccessTokens($pdo), $key))->validateAuthenticatedRequest($request);
    return new Response(200, ['Content-Type' => 'application/json'], json_encode($checked->getAttributes()));
}

function answer(ServerRequest $request): ResponseInterface
{
    $pdo = database();
    switch (basename($request->getUri()->getPath())) {
        case 'authorize':
            return authorize($pdo, $request);
        case 'token':
            return authorizationServer($pdo)->respondToAccessTokenRequest($request, new Response());
        case 'resource':
            return resource($pdo, $request);
        default:
            return new Response(404);
    }
}

$headers = array_change_key_case(getallheaders());
$request = (new ServerRequest($_SERVER['REQUEST_METHOD'], $_SERVER['REQUEST_URI'], $headers, null, '1.1', $_SERVER))
    ->withQueryParams($_GET)
    ->withParsedBody($_POST);
try {
    $response = answer($request);
} catch (OAuthServerException $error) {
    $response = $error->generateHttpResponse(new Response());
}
http_response_code($response->getStatusCode());
foreach ($response->getHeaders() as $name => $values) {
    foreach ($values as $value) {
        header("$name: $value");
    }
}
echo $response->getBody();
