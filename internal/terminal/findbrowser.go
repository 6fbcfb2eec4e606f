package terminal

import "os/exec"

// FindBrowser gives the program that OpenBrowser would try first, or
// [ErrNoBrowser]. Nothing is started.
func FindBrowser(env Env) (string, error) {
	if InCloudShell(env) {
		return "", ErrNoBrowser
	}
	for _, candidate := range browsers(env) {
		if path, err := exec.LookPath(candidate[0]); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}
