namespace KvStore.Tests.Resp.Dialogues;

/// <summary>Dialogues in which the gateway once replied otherwise than Redis, and no longer does.</summary>
internal static class FoundDialogues
{
    public static IEnumerable<string> All =>
    [
        "client", "config", "object", "command count x", "config get", "client setname", "client no-evict x",
        "client help", "config help", "command help", "object help", "object freq none", "set a 1; object freq a",
        "client nosuch x", "object nosuch", "config get MAXMEMORY maxmemory", "config get nosuch", "config rewrite",
        "hello 3; config get save; client getname; info nosuch; command docs x",
        "multi; hello 3; client getname; exec", "multi; hello 2; ping; exec", "multi; auth x; exec",
        "multi; client setname x; discard; client getname", "multi; client setname x; client getname; exec",
        "multi; hello 9; exec", "multi; exec x", "exec x", "multi; discard x; exec", "multi; client; exec",
        "multi; client nosuch; exec", "quit x", "multi; quit",
        "info nosuch", "info cluster", "hello 3; info cluster",
        "client setname \"a b\"", "client setname \"\"", "hello 2 setname \"a b\"",
        "hello 2 setname me bad; client getname",
        "\"client \" id", "\"get \" a", "\" get\" a", "\"\"", "\"client id\"", "client \" id\"",
        "getex a ex x", "getex a ex 0", "set a x; getex a ex 0", "rpush l x; getex l ex x", "getex a ex 10 bad",
        "set a x; getex a persist persist", "set a x; getex a exat 1; get a", "lindex a x", "rpush l x; lindex l x",
        "set a x; lindex a x", "lset a x y", "rpush l x; lset l x y", "set a x; lset a x y", "select 99999999999",
        "hscan none 0 bad x", "set a x; hscan a 0 bad x", "hset a f v; hscan a 0 bad x", "sscan none 0 count x",
        "set a x; sscan a 0 match", "sadd a m; sscan a 0 count 0", "scan \"\"", "hset \"\" f v; keys **; keys *",
        "rpush l a; hincrbyfloat l f x", "set a 1; incrbyfloat a 1e-4960", "set a 1; incrbyfloat a 1e-4951",
        "set a 1; incrbyfloat a 2e-4951", "set a 1; incrbyfloat a 0e-5000",
        "set a 1; incrbyfloat a 1e-99999999999999999999",
        "rpush l a; incrbyfloat l 1e-4960", "hset h f 1; hincrbyfloat h f -0.001e-4950",
        "set a 1; append a \"\\x00\"; incrbyfloat a 1", "rpush l a; hincrbyfloat l f \"1\\x00\"",
        "expire a 1 \"\\x0d\\x0a\"", "expire a 1 \"\\x0d\\x0ab\\x0d\\x0ac\"",
        $"nosuch \"k k\" {new('z', 300)}", $"nosuch {new('z', 100)} {new('y', 100)} x",
        "set a x; expire a -9223372036854775; exists a", "set a x; pexpire a -9223372036854775808; exists a",
        "set a x; expireat a -9223372036854775; exists a", "set a x; expire a -9223372036854776; exists a",
        "rpush l a b a; lpos l a rank -9223372036854775808; lpos l a rank -9223372036854775808 count 1",
        "sadd s a; srandmember s -9223372036854775808; hset h f v; hrandfield h -9223372036854775808",
        "hset h f v; hrandfield h 9223372036854775807 withvalues; hrandfield h 9223372036854775807",
        "hrandfield none x bad", "hset h f v; hello 3; hrandfield h 1 withvalues; hrandfield h -2; hrandfield none 1",
        "sadd s a; hello 3; spop s 3; spop s 1; spop s; srandmember s 1; srandmember s; randomkey",
        "sadd s a; spop s 1 x; srandmember s 1 x", "lmpop 9223372036854775807 l left", "lmpop 1 l left count 1 count 1",
        "rpush l a b; hello 3; lmpop 2 none l right count 5; lmpop 1 l left; lpos l a; lpos l a count 0",
        "set a \"\"; bitcount a x y; bitcount a 0 0 bad; bitpos a 0; bitpos a 1 0 x", "bitcount none x y bad bad",
        "set a x; bitcount a -1 -2 bad; bitcount a 0; bitpos a 0 0 0 bad; bitpos a 1 0 x bad", "bitpos none 1 x",
        "set a \"\\xff\\xff\"; bitpos a 0; bitpos a 0 0; bitpos a 0 0 -1; bitpos a 0 2; bitpos a 0 9 15 bit",
        "set a x; copy a a; copy a a db 0; copy a b db x; copy a b; copy a b; copy a b replace replace",
        "sinterstore none none; set a x; sunionstore a none; exists a; set a x; sdiffstore b a", "bitop not d a b",
        "set a x; bitop not d a; get d; bitop and d none; exists d; rpush l x; bitop or d a l; bitop nor d a",
        "ping; post / HTTP/1.1; ping", "ping; Host: x", "multi; POST; exec",
    ];
}
