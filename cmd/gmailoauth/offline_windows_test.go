package main

// hold leaves the port to chance.
func hold(int) (release func()) { return func() {} }
