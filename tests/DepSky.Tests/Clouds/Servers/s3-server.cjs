// Serves S3 on a free loopback port, by s3rver. Two things it does unlike S3 are put right here: it takes any signature of version 4 for valid, and its store on files
// acknowledges before the content is written and lists in no order. What it stores is kept here, in memory. Its page tokens need --openssl-legacy-provider.
'use strict';

const crypto = require('crypto');
const { Readable } = require('stream');
const S3rver = require('s3rver');
const FilesystemStore = require('s3rver/lib/stores/filesystem');
const S3Object = require('s3rver/lib/models/object');
const S3Bucket = require('s3rver/lib/models/bucket');

class MemoryStore extends FilesystemStore {
  constructor(root) {
    super(root);
    this.buckets = new Map();
  }

  async getBucket(name) {
    return this.buckets.has(name) ? new S3Bucket(name, new Date(0)) : null;
  }

  async putBucket(name) {
    if (!this.buckets.has(name)) this.buckets.set(name, new Map());
    return this.getBucket(name);
  }

  async existsObject(bucket, key) {
    return this.buckets.get(bucket).has(key);
  }

  async putObject(object) {
    const chunks = [];
    for await (const chunk of object.content) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    const md5 = crypto.createHash('md5').update(content).digest('hex');
    this.buckets.get(object.bucket).set(object.key, {
      content,
      metadata: { etag: JSON.stringify(md5), 'last-modified': new Date().toUTCString(), 'content-length': content.length },
    });
    return { size: content.length, md5 };
  }

  async getObject(bucket, key, options) {
    const stored = this.buckets.get(bucket)?.get(key);
    if (!stored) return null;
    const { content, metadata } = stored;
    if (options?.start === undefined) return new S3Object(bucket, key, Readable.from([content]), metadata);
    const range = { start: options.start, end: Math.min(options.end ?? Infinity, content.length - 1) };
    const object = new S3Object(bucket, key, range.end < range.start ? null : Readable.from([content.subarray(range.start, range.end + 1)]), metadata);
    object.range = range;
    return object;
  }

  async deleteObject(bucket, key) {
    this.buckets.get(bucket).delete(key);
  }

  async listObjects(bucket, { startAfter = '', prefix = '', maxKeys = 1000 }) {
    const objects = this.buckets.get(bucket);
    const keys = [...objects.keys()].filter((key) => key > startAfter && key.startsWith(prefix)).sort();
    return {
      objects: keys.slice(0, maxKeys).map((key) => new S3Object(bucket, key, null, objects.get(key).metadata)),
      commonPrefixes: [],
      isTruncated: keys.length > maxKeys,
    };
  }
}

const secrets = new Map([['S3RVER', 'S3RVER']]);

const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

// AWS Signature Version 4, in the Authorization header.
function isSigned(request) {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '');
  if (!match || !secrets.has(match[1])) return false;
  const [, accessKey, scope, signedHeaders, signature] = match;
  const url = new URL(request.url, 'http://localhost');
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
  const headers = signedHeaders.split(';').map((name) => `${name}:${request.headers[name].trim().replace(/ +/g, ' ')}\n`).join('');
  const canonical = [request.method, url.pathname, query, headers, signedHeaders, request.headers['x-amz-content-sha256']].join('\n');
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, crypto.createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = scope.split('/').reduce(hmac, 'AWS4' + secrets.get(accessKey));
  return hmac(key, text).toString('hex') === signature;
}

// There is no such directory: nothing is kept in files.
const directory = '/nonexistent';
const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory });
server.store = server.context.store = new MemoryStore(directory);
server.middleware.unshift(async (context, next) => {
  if (isSigned(context.req)) return next();
  context.req.resume();
  context.status = 403;
  context.type = 'application/xml';
  context.body = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match.</Message></Error>';
});
server.run().then(({ port }) => console.log(`S3 server listening on http://127.0.0.1:${port}`));
