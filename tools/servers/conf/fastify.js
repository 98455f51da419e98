const fastify = require('fastify')();
const page = require('@site@/page.json');

fastify.register(require('@fastify/etag'));
fastify.register(require('@fastify/static'), { root: '@site@', prefix: '/files/' });
fastify.get('/page', async () => page);
fastify.listen({ port: @port@, host: '127.0.0.1' });
