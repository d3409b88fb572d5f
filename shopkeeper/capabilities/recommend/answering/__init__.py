"""From a request to an answer: gather candidates, put them in order, steer, try something out, and say why."""
