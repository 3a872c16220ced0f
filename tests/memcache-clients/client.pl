use strict;
use warnings;
use Cache::Memcached::Fast;

my $cache = Cache::Memcached::Fast->new({ servers => [$ARGV[0]] });
sub is { my ($what, $is) = @_; $is or die "$what failed\n" }
is 'flush_all', $cache->flush_all->{$ARGV[0]};
is 'set', $cache->set('a', 'one');
is 'get', $cache->get('a') eq 'one';
is 'add', !$cache->add('a', 'two');
is 'replace', $cache->replace('a', 'three');
is 'append', $cache->append('a', '!') && $cache->prepend('a', '?') && $cache->get('a') eq '?three!';
my $got = $cache->gets('a');
is 'cas', $cache->cas('a', $got->[0], 'four');
is 'cas of an old value', !$cache->cas('a', $got->[0], 'five');
is 'incr', $cache->set('n', 5) && $cache->incr('n', 3) == 8 && $cache->decr('n', 2) == 6;
my $set = $cache->set_multi(map { ["k$_", "v$_"] } 1 .. 100);
is 'set_multi', 100 == grep { $_ } values %$set;
my $all = $cache->get_multi(map { "k$_" } 1 .. 150);
is 'get_multi', keys(%$all) == 100 && $all->{k7} eq 'v7';
is 'touch', $cache->touch('a', 100);
is 'delete', $cache->delete('a') && !defined $cache->get('a');
