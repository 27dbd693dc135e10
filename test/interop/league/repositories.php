<?php
// Repositories of league/oauth2-server on the four oauth2_* tables, one statement each.

use League\OAuth2\Server\Entities\AccessTokenEntityInterface;
use League\OAuth2\Server\Entities\AuthCodeEntityInterface;
use League\OAuth2\Server\Entities\ClientEntityInterface;
use League\OAuth2\Server\Entities\RefreshTokenEntityInterface;
use League\OAuth2\Server\Entities\ScopeEntityInterface;
use League\OAuth2\Server\Repositories\AccessTokenRepositoryInterface;
use League\OAuth2\Server\Repositories\AuthCodeRepositoryInterface;
use League\OAuth2\Server\Repositories\ClientRepositoryInterface;
use League\OAuth2\Server\Repositories\RefreshTokenRepositoryInterface;
use League\OAuth2\Server\Repositories\ScopeRepositoryInterface;

/** One table whose rows are live or revoked. */
final class Rows
{
    public readonly PDO $pdo;
    private string $table;

    public function __construct(PDO $pdo, string $table)
    {
        $this->pdo = $pdo;
        $this->table = $table;
    }

    public function insert(array $row): void
    {
        $columns = implode(', ', array_keys($row));
        $marks = implode(', ', array_fill(0, count($row), '?'));
        $this->pdo->prepare("INSERT INTO {$this->table} ($columns) VALUES ($marks)")->execute(array_values($row));
    }

    public function revoke(string $id): void
    {
        $this->pdo->prepare("UPDATE {$this->table} SET revoked = 1 WHERE id = ?")->execute([$id]);
    }

    public function isRevoked(string $id): bool
    {
        $query = $this->pdo->prepare("SELECT revoked FROM {$this->table} WHERE id = ?");
        $query->execute([$id]);
        $revoked = $query->fetchColumn();
        return $revoked === false || (bool) $revoked;
    }
}

final class Clients implements ClientRepositoryInterface
{
    private PDO $pdo;

    public function __construct(PDO $pdo)
    {
        $this->pdo = $pdo;
    }

    public function getClientEntity($clientIdentifier): ?ClientEntityInterface
    {
        $query = $this->pdo->prepare('SELECT name, secret, redirect FROM oauth2_clients WHERE id = ? AND revoked = 0');
        $query->execute([$clientIdentifier]);
        $row = $query->fetch(PDO::FETCH_ASSOC);
        return $row ? new Client($row, (string) $clientIdentifier) : null;
    }

    public function validateClient($clientIdentifier, $clientSecret, $grantType): bool
    {
        $client = $this->getClientEntity($clientIdentifier);
        if (!$client || !in_array($grantType, ['authorization_code', 'refresh_token'], true)) {
            return false;
        }
        return !$client->isConfidential() || password_verify((string) $clientSecret, $client->secret);
    }
}

final class Scopes implements ScopeRepositoryInterface
{
    public function getScopeEntityByIdentifier($identifier): ?ScopeEntityInterface
    {
        return $identifier === 'api' ? new Scope('api') : null;
    }

    public function finalizeScopes(array $scopes, $grantType, ClientEntityInterface $clientEntity, $userIdentifier = null, $authCodeId = null): array
    {
        return $scopes;
    }
}

/** Columns that codes and access tokens share. */
function tokenRow(AccessTokenEntityInterface|AuthCodeEntityInterface $token): array
{
    $now = time();
    return [
        'id' => $token->getIdentifier(),
        'user_id' => $token->getUserIdentifier(),
        'client_id' => $token->getClient()->getIdentifier(),
        'scopes' => json_encode($token->getScopes()),
        'revoked' => 0,
        'expires_at' => $token->getExpiryDateTime()->getTimestamp(),
        'mkdate' => $now,
        'chdate' => $now,
    ];
}

final class AuthCodes implements AuthCodeRepositoryInterface
{
    private Rows $rows;

    public function __construct(PDO $pdo)
    {
        $this->rows = new Rows($pdo, 'oauth2_auth_codes');
    }

    public function getNewAuthCode(): AuthCodeEntityInterface
    {
        return new AuthCode();
    }

    public function persistNewAuthCode(AuthCodeEntityInterface $authCodeEntity): void
    {
        $this->rows->insert(tokenRow($authCodeEntity));
    }

    public function revokeAuthCode($codeId): void
    {
        $this->rows->revoke($codeId);
    }

    public function isAuthCodeRevoked($codeId): bool
    {
        return $this->rows->isRevoked($codeId);
    }
}

final class AccessTokens implements AccessTokenRepositoryInterface
{
    private Rows $rows;

    public function __construct(PDO $pdo)
    {
        $this->rows = new Rows($pdo, 'oauth2_access_tokens');
    }

    public function getNewToken(ClientEntityInterface $clientEntity, array $scopes, $userIdentifier = null): AccessTokenEntityInterface
    {
        $token = new AccessToken();
        $token->setClient($clientEntity);
        $token->setUserIdentifier($userIdentifier);
        array_map([$token, 'addScope'], $scopes);
        return $token;
    }

    public function persistNewAccessToken(AccessTokenEntityInterface $accessTokenEntity): void
    {
        $this->rows->insert(tokenRow($accessTokenEntity));
    }

    public function revokeAccessToken($tokenId): void
    {
        $this->rows->revoke($tokenId);
    }

    public function isAccessTokenRevoked($tokenId): bool
    {
        return $this->rows->isRevoked($tokenId);
    }
}

final class RefreshTokens implements RefreshTokenRepositoryInterface
{
    private Rows $rows;

    public function __construct(PDO $pdo)
    {
        $this->rows = new Rows($pdo, 'oauth2_refresh_tokens');
    }

    public function getNewRefreshToken(): RefreshToken
    {
        return new RefreshToken();
    }

    public function persistNewRefreshToken(RefreshTokenEntityInterface $refreshTokenEntity): void
    {
        $this->rows->insert([
            'id' => $refreshTokenEntity->getIdentifier(),
            'access_token_id' => $refreshTokenEntity->getAccessToken()->getIdentifier(),
            'revoked' => 0,
            'expires_at' => $refreshTokenEntity->getExpiryDateTime()->getTimestamp(),
        ]);
    }

    public function revokeRefreshToken($tokenId): void
    {
        $this->rows->revoke($tokenId);
    }

    public function isRefreshTokenRevoked($tokenId): bool
    {
        return $this->rows->isRevoked($tokenId);
    }
}
