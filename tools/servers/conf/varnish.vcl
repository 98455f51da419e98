vcl 4.1;

backend default {
  .host = "127.0.0.1";
  .port = "@originport@";
}

sub vcl_backend_response {
  set beresp.grace = 0s;
}

sub vcl_deliver {
  set resp.http.X-Cache = "MISS";
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  }
}
