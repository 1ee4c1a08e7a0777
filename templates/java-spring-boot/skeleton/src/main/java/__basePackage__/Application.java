package {{ parameters.basePackage | name }};

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Application {

    /** What the root answers. */
    public record Greeting(String greeting) {
    }

    @Value("${service.greeting}")
    private String greeting;

    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }

    @GetMapping("/")
    public Greeting root() {
        return new Greeting(greeting);
    }
}
