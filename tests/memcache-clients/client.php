<?php
$cache = new Memcached();
$cache->setOption(Memcached::OPT_BINARY_PROTOCOL, false);
$cache->addServer($argv[1], (int)$argv[2]);
function is(string $what, bool $is): void { if (!$is) { fwrite(STDERR, "$what failed\n"); exit(1); } }
is('flush', $cache->flush());
is('set', $cache->set('a', 'one') && $cache->get('a') === 'one');
is('add', !$cache->add('a', 'two') && $cache->replace('a', 'three'));
$got = $cache->get('a', null, Memcached::GET_EXTENDED);
is('cas', $cache->cas($got['cas'], 'a', 'four') && !$cache->cas($got['cas'], 'a', 'five'));
is('incr', $cache->set('n', 5) && $cache->increment('n', 3) === 8 && $cache->decrement('n', 2) === 6);
$many = [];
for ($i = 0; $i < 100; $i++) $many["k$i"] = "v$i";
is('multi', $cache->setMulti($many) && $cache->getMulti(array_keys($many)) == $many);
is('touch', $cache->touch('a', 100) && $cache->delete('a') && $cache->get('a') === false);
