const Koa = require('koa');
const page = require('@site@/page.json');

const app = new Koa();
app.use(require('koa-conditional-get')());
app.use(require('koa-etag').default());
app.use(async (context, next) => {
  if (context.path === '/page') context.body = page;
  else await next();
});
app.use(require('koa-static')('@site@'));
app.listen(@port@, '127.0.0.1');
