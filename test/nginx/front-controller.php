<?php
// Stands in for a script of Stud.IP: tells what PHP-FPM gave it.
header('Content-Type: application/json');
echo json_encode([
    'who' => 'php',
    'method' => $_SERVER['REQUEST_METHOD'],
    'path' => $_SERVER['REQUEST_URI'],
    'script' => $_SERVER['SCRIPT_NAME'],
    'file' => $_SERVER['SCRIPT_FILENAME'],
    'pathInfo' => $_SERVER['PATH_INFO'] ?? '',
    'query' => $_SERVER['QUERY_STRING'],
    'proxy' => $_SERVER['HTTP_PROXY'] ?? '',
    'body' => file_get_contents('php://input'),
    'headers' => [
        'authorization' => $_SERVER['HTTP_AUTHORIZATION'] ?? null,
        'cookie' => $_SERVER['HTTP_COOKIE'] ?? null,
        'override' => $_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE'] ?? null,
    ],
], JSON_UNESCAPED_SLASHES);
