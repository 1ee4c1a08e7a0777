package {{ parameters.basePackage | name }};

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.client.TestRestTemplate;
import org.springframework.http.HttpStatus;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ApplicationTest {

    @Autowired
    private TestRestTemplate http;

    @Value("${service.greeting}")
    private String greeting;

    @Test
    void greets() {
        assertEquals(greeting, http.getForObject("/", Application.Greeting.class).greeting());
    }

    @Test
    void isReady() {
        assertEquals(HttpStatus.OK, http.getForEntity("/actuator/health/readiness", String.class).getStatusCode());
    }
}
