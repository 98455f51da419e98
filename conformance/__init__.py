"""Does my API cache correctly?"""
