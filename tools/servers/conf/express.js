const express = require('express');
const page = require('@site@/page.json');

const app = express();
app.get('/page', (request, response) => response.json(page));
app.use('/files', express.static('@site@'));
app.listen(@port@, '127.0.0.1');
