"""What runs in the process of the server under test, beside the student's app.

    apps.py     finding the app
    asgi.py     serving one of ASGI
    wsgi.py     serving one of WSGI
    clock.py    moved time for the app
    watch.py    what else could tell the app the time

Rule of this folder: it imports the standard library, time_machine, uvicorn and h11, and of ours
nothing but itself. Each module that it imports is there when the app is imported, and costs each start.
"""
