<?php
// Entities of league/oauth2-server with the library's own traits. Parameters have no types, so that 8.5 and 9 both accept them.

use League\OAuth2\Server\Entities\AccessTokenEntityInterface;
use League\OAuth2\Server\Entities\AuthCodeEntityInterface;
use League\OAuth2\Server\Entities\ClientEntityInterface;
use League\OAuth2\Server\Entities\RefreshTokenEntityInterface;
use League\OAuth2\Server\Entities\ScopeEntityInterface;
use League\OAuth2\Server\Entities\Traits\AccessTokenTrait;
use League\OAuth2\Server\Entities\Traits\AuthCodeTrait;
use League\OAuth2\Server\Entities\Traits\EntityTrait;
use League\OAuth2\Server\Entities\Traits\RefreshTokenTrait;
use League\OAuth2\Server\Entities\Traits\TokenEntityTrait;
use League\OAuth2\Server\Entities\UserEntityInterface;

final class User implements UserEntityInterface
{
    private string $id;

    public function __construct(string $id)
    {
        $this->id = $id;
    }

    public function getIdentifier(): string
    {
        return $this->id;
    }
}

final class Scope implements ScopeEntityInterface
{
    private string $id;

    public function __construct(string $id)
    {
        $this->id = $id;
    }

    public function getIdentifier(): string
    {
        return $this->id;
    }

    public function jsonSerialize(): mixed
    {
        return $this->id;
    }
}

/** A row of oauth2_clients. Redirect URIs are stored joined by commas, an empty secret makes the client public. */
final class Client implements ClientEntityInterface
{
    public readonly ?string $secret;
    private string $id;
    private string $name;
    private array $redirectUris;

    public function __construct(array $row, string $id)
    {
        $this->id = $id;
        $this->name = $row['name'];
        $this->secret = $row['secret'];
        $this->redirectUris = explode(',', $row['redirect']);
    }

    public function getIdentifier(): string
    {
        return $this->id;
    }

    public function getName(): string
    {
        return $this->name;
    }

    public function getRedirectUri(): array
    {
        return $this->redirectUris;
    }

    public function isConfidential(): bool
    {
        return (string) $this->secret !== '';
    }
}

final class AuthCode implements AuthCodeEntityInterface
{
    use EntityTrait, TokenEntityTrait, AuthCodeTrait;
}

final class AccessToken implements AccessTokenEntityInterface
{
    use EntityTrait, TokenEntityTrait, AccessTokenTrait;
}

final class RefreshToken implements RefreshTokenEntityInterface
{
    use EntityTrait, RefreshTokenTrait;
}
