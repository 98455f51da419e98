"""What runs in the process of the server under test, beside the student's app.

    apps.py     finding the app
    asgi.py     serving one of ASGI
    wsgi.py     serving one of WSGI
    clock.py    moved time for the app
    watch.py    what else could tell the app the time

In a sandbox before all that:

    entering.py  the folder is copied, the limits are set, and what is trusted ends
    copying.py   the copy
    relay.py     between the machine's port and that of a command

Rule of this folder: it imports the standard library, time_machine, uvicorn and h11, and of ours
nothing but itself. Each module that it imports is there when the app is imported, and costs each start.
"""
